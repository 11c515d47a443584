package dev.rampgate.outbox.delivery;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.rampgate.support.ReceivingServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A receiver of the company: verifies each request by the public library, keeps it, and answers as the test says. */
final class Receiver implements AutoCloseable {

    /** A request as it came. */
    record Received(String id, String timestamp, String signature, String body, boolean verified) {
        String transaction() {
            return new JsonObject(body).getJsonObject("data").getString("merchant_transaction_id");
        }

        int version() {
            return new JsonObject(body).getJsonObject("data").getInteger("version");
        }

        String name() {
            return transaction() + " " + version();
        }
    }

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<Received> delivered = new CopyOnWriteArrayList<>();
    private final ReceivingServer server;
    private volatile List<String> secrets;
    private volatile BiConsumer<Received, HttpServerRequest> behaviour = (event, request) -> answer(request, 204);

    Receiver(Vertx vertx, String... secrets) {
        this(vertx, new HttpServerOptions(), secrets);
    }

    /** @param options of TLS, for example; as {@code localhost}, to which certificates are made */
    Receiver(Vertx vertx, HttpServerOptions options, String... secrets) {
        this.secrets = List.of(secrets);
        this.server = new ReceivingServer(vertx, options, (request, body) -> {
            Received event = new Received(
                    request.getHeader("webhook-id"),
                    request.getHeader("webhook-timestamp"),
                    request.getHeader("webhook-signature"),
                    body,
                    verifies(request, body));
            received.add(event);
            request.response().endHandler(ended -> {
                if (request.response().getStatusCode() / 100 == 2) {
                    delivered.add(event);
                }
            });
            behaviour.accept(event, request);
        });
    }

    private boolean verifies(HttpServerRequest request, String body) {
        Map<String, List<String>> headers = request.headers().names().stream()
                .collect(Collectors.toMap(
                        UnaryOperator.identity(),
                        name -> request.headers().getAll(name),
                        (one, same) -> one,
                        HashMap::new));
        for (String secret : secrets) {
            try {
                new Webhook(secret).verify(body, HttpHeaders.of(headers, (name, value) -> true));
                return true;
            } catch (WebhookVerificationException wrong) {
                // Another secret may be the one.
            }
        }
        return false;
    }

    URI url() {
        return server.url("/hooks?from=rampgate");
    }

    /** How each request is answered from now on. */
    void behave(BiConsumer<Received, HttpServerRequest> how) {
        behaviour = how;
    }

    void answerAll(int status) {
        behave((event, request) -> answer(request, status));
    }

    static void answer(HttpServerRequest request, int status) {
        request.response().setStatusCode(status).end();
    }

    void trust(String... newSecrets) {
        secrets = List.of(newSecrets);
    }

    /** All requests, in the order in which they came. */
    List<Received> received() {
        return List.copyOf(received);
    }

    /** Those that were answered 2xx. */
    List<Received> delivered() {
        return List.copyOf(delivered);
    }

    List<String> deliveredNames() {
        return delivered().stream().map(Received::name).toList();
    }

    @Override
    public void close() {
        server.close();
    }
}
