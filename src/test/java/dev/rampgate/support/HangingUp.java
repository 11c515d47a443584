package dev.rampgate.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A client that sends a request and hangs up before it is answered. */
public final class HangingUp implements AutoCloseable {

    private final Socket socket;
    private final int serverPort;
    private final int ownPort;

    private HangingUp(Socket socket) {
        this.socket = socket;
        this.serverPort = socket.getPort();
        this.ownPort = socket.getLocalPort();
    }

    /** Sends all of a {@code POST} with a body of JSON. */
    public static HangingUp post(int port, String path, Map<String, String> headers, String body) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            StringBuilder request = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n");
            headers.forEach((name, value) ->
                    request.append(name).append(": ").append(value).append("\r\n"));
            request.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n\r\n")
                    .append(body);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new HangingUp(socket);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Whether the server has closed its end, too, which it does when it has noticed. */
    public boolean isNoticed() {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .map(Path::of)
                .filter(Files::exists)
                .flatMap(HangingUp::lines)
                .noneMatch(line ->
                        line.matches(" *[0-9]+: [0-9A-F]+:%04X [0-9A-F]+:%04X .*".formatted(serverPort, ownPort)));
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Hangs up. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
