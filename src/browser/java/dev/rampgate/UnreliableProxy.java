package dev.rampgate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a browser and Rampgate, byte for byte, and fails as networks do: without a word. It notes what was asked
 * for.
 */
final class UnreliableProxy implements AutoCloseable {

    /** A request as a browser sends it: its head in one piece. */
    private static final Pattern REQUEST = Pattern.compile("(GET|POST) (\\S+) HTTP/1\\.1\r\n");

    private final ServerSocket listener;
    private final int target;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile boolean keepsEventsBack;
    private volatile Pattern refused;
    private volatile String refusal;

    /** @param target the port of Rampgate */
    UnreliableProxy(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    String address() {
        return "http://localhost:" + listener.getLocalPort() + "/";
    }

    /** As if the client had changed its network: no byte passes on a connection that is open now, and none is closed. */
    void loseOpenConnections() {
        connections.forEach(connection -> connection.lost = true);
    }

    /** From now on answers of event streams are collected until they are complete, which they never are. */
    void keepEventsBack() {
        keepsEventsBack = true;
    }

    /** From now on such paths are answered by this proxy. */
    void refuse(String path, String status, String... headers) {
        refusal = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n" + String.join("\r\n", headers)
                + (headers.length == 0 ? "" : "\r\n") + "\r\n";
        refused = Pattern.compile(path);
    }

    /** From now on all requests pass again. */
    void mend() {
        refused = null;
        keepsEventsBack = false;
    }

    /** Requests until now whose method and path match, such as {@code GET /transactions/.*}. */
    List<String> requests(String pattern) {
        return requests.stream().filter(request -> request.matches(pattern)).toList();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), target));
                connections.add(connection);
                daemon(connection::fromClient);
                daemon(connection::fromServer);
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "unreliable-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::end);
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean lost;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void fromClient() {
            pass(client, server, true);
        }

        private void fromServer() {
            pass(server, client, false);
        }

        private void pass(Socket from, Socket to, boolean asks) {
            byte[] bytes = new byte[16 * 1024];
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                    if (!lost && !(asks && answered(new String(bytes, 0, length, StandardCharsets.ISO_8859_1)))) {
                        out.write(bytes, 0, length);
                    }
                }
            } catch (IOException gone) {
                // The other direction ends, too.
            }
            end();
        }

        private boolean answered(String text) throws IOException {
            Matcher request = REQUEST.matcher(text);
            if (!request.lookingAt()) {
                return false;
            }
            requests.add(request.group(1) + " " + request.group(2));
            if (keepsEventsBack && text.contains("text/event-stream")) {
                lost = true;
            }
            Pattern now = refused;
            if (now == null || !now.matcher(request.group(2)).matches()) {
                return false;
            }
            client.getOutputStream().write(refusal.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }

        private void end() {
            connections.remove(this);
            for (Socket socket : List.of(client, server)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
