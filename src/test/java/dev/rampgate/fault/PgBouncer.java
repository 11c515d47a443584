package dev.rampgate.fault;

import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's PgBouncer in front of an embedded database, with its own defaults; it must be installed. */
final class PgBouncer implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final Process process;
    private final TestDatabase behind;

    PgBouncer(EmbeddedDatabase database, String poolMode) throws IOException {
        int port = ProofAndDatabase.freePort();
        directory = Files.createTempDirectory("rampgate-pgbouncer-");
        // It gives the rights of root up before it reads them.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = readable("users.txt", "\"" + database.user() + "\" \"" + database.password() + "\"\n");
        Path settings = readable("pgbouncer.ini", """
                [databases]
                %s = host=127.0.0.1 port=%d dbname=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = md5
                auth_file = %s
                pool_mode = %s
                default_pool_size = 40
                """.formatted(
                        database.name(), database.port(), database.name(), port, users, poolMode));
        List<String> command = new ArrayList<>(List.of(program()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        behind = new TestDatabase("localhost", port, database.name(), database.user(), database.password(), () -> {});
        await("PgBouncer listens").atMost(LIMIT).until(() -> !process.isAlive() || listens(port));
        if (!process.isAlive()) {
            throw new IllegalStateException("it did not start: " + Files.readString(directory.resolve("log")));
        }
    }

    private static String program() {
        return Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "This test needs PgBouncer: install the package pgbouncer, as .ci/run does"));
    }

    private Path readable(String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The database as Rampgate is told of it. */
    TestDatabase database() {
        return behind;
    }

    /** Ends it; its connections are lost. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
