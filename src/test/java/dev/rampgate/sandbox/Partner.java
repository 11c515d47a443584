package dev.rampgate.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A partner's backend as a test writes it: it calls the simulator by plain HTTP and WebSocket. */
final class Partner {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final String baseUrl;
    private final String token;

    Partner(ProofSimulator simulator) {
        this(simulator.baseUrl(), simulator.clientToken());
    }

    private Partner(String baseUrl, String token) {
        this.baseUrl = baseUrl;
        this.token = token;
    }

    Partner withToken(String other) {
        return new Partner(baseUrl, other);
    }

    record Answer(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            return Partner.json(body);
        }
    }

    /** The contract's example of a buy (section 2). */
    static ObjectNode buy() {
        return JSON.createObjectNode()
                .put("partner_user_id", "cust-8841")
                .put("user_email", "jo@example.test")
                .put("network", "ERC20")
                .put("currency", "USDC")
                .put("amount", "42.75")
                .put("type", "buy")
                .put("client_ip", "198.51.100.23")
                .put("redirect_url", "https://shop.example.test/ramp/done");
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer openSession(JsonNode body) {
        return send("POST", "/widget/session", body.toString());
    }

    String openSession() {
        return openSession(buy()).json().get("merchant_transaction_id").textValue();
    }

    Answer transaction(String id) {
        return send("GET", "/widget/transactions/" + id, null);
    }

    Answer send(String method, String path, String body) {
        return send(method, path, body, Duration.ofSeconds(10));
    }

    Answer send(String method, String path, String body, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(limit)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request.build());
    }

    Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Opens the socket of a transaction; what comes is collected. */
    Socket listen(String transactionId) {
        Socket socket = new Socket();
        socket.webSocket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create(baseUrl.replace("http", "ws") + "/ws?tx_id=" + transactionId), socket)
                .join();
        return socket;
    }

    /** One connection of {@code /ws}. */
    static final class Socket implements WebSocket.Listener {
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final StringBuilder partial = new StringBuilder();
        private final AtomicInteger fragments = new AtomicInteger();
        private final AtomicInteger pongs = new AtomicInteger();
        private volatile boolean ended;
        private WebSocket webSocket;

        List<String> texts() {
            return List.copyOf(texts);
        }

        List<String> statuses() {
            return texts.stream()
                    .map(text -> json(text).get("status").textValue())
                    .toList();
        }

        int fragments() {
            return fragments.get();
        }

        int pongs() {
            return pongs.get();
        }

        boolean hasEnded() {
            return ended;
        }

        void ping() {
            webSocket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            fragments.incrementAndGet();
            if (last) {
                texts.add(partial.toString());
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            pongs.incrementAndGet();
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended = true;
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended = true;
        }
    }
}
