package dev.rampgate.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends raw bytes to a server, also invalid HTTP. */
public final class RawHttp {

    private static final int PATIENCE_MILLIS = 15_000;

    private RawHttp() {}

    /**
     * Sends these bytes, keeps its side open, and returns all that the server sends before it closes; an empty text if the
     * server closes before all bytes are sent.
     */
    public static String exchange(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (SocketException hungUp) {
                return "";
            }
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
