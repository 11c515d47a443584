package dev.rampgate.fault;

import static org.awaitility.Awaitility.await;

import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's nginx in front of one server, as a company has it in front of Rampgate. It must be installed. */
final class Nginx implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path folder;
    private final int port;

    private Nginx(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** @param upstream the port that everything is handed to */
    static Nginx before(int upstream) {
        if (!Files.isExecutable(PROGRAM)) {
            throw new IllegalStateException(PROGRAM + " is missing; apt-get install nginx-light");
        }
        try {
            int port = ProofAndDatabase.freePort();
            Path folder = Files.createTempDirectory("nginx-");
            Path config = folder.resolve("nginx.conf");
            Files.writeString(config, """
                    daemon off;
                    worker_processes 1;
                    pid %1$s/nginx.pid;
                    error_log stderr warn;
                    events { worker_connections 1024; }
                    http {
                      access_log off;
                      client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
                      uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
                      upstream rampgate { server 127.0.0.1:%2$d; keepalive 16; }
                      server {
                        listen 127.0.0.1:%3$d;
                        location / {
                          proxy_pass http://rampgate;
                          proxy_http_version 1.1;
                          proxy_set_header Connection "";
                          proxy_set_header Host $host;
                        }
                      }
                    }
                    """.formatted(folder, upstream, port));
            Process process = new ProcessBuilder(
                            PROGRAM.toString(), "-p", folder.toString(), "-e", "stderr", "-c", config.toString())
                    .inheritIO()
                    .start();
            Nginx nginx = new Nginx(process, folder, port);
            await("nginx listens").atMost(LIMIT).until(nginx::listens);
            return nginx;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    int port() {
        return port;
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("nginx ended with " + process.exitValue());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
