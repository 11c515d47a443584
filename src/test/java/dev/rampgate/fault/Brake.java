package dev.rampgate.fault;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;

/** Brakes, and sessions that one may stop, at a replica. */
final class Brake {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Brake() {}

    /** Stops all sessions; the status of the answer. */
    static int put(ReplicaProcess replica, String name, Duration expiry) {
        JsonObject body = new JsonObject()
                .put("all", true)
                .put("reason", "a test of faults")
                .put("expires_at", Instant.now().plus(expiry).toString());
        return send(operator(replica, name)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(body.encode())))
                .statusCode();
    }

    /** The status of the answer. */
    static int release(ReplicaProcess replica, String name) {
        return send(operator(replica, name).DELETE()).statusCode();
    }

    /** Asks for a session: the status and the last part of the problem's type; {@code 0} if nothing answers. */
    static String session(ReplicaProcess replica) {
        try {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(replica.url("/session")))
                    .headers(Cluster.signedIn("cust-of-brakes"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(
                            "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}")));
            return answer.statusCode() + " "
                    + (answer.statusCode() == 201
                            ? ""
                            : new JsonObject(answer.body()).getString("type").replaceAll(".*:", ""));
        } catch (UncheckedIOException nothing) {
            return "0";
        }
    }

    private static HttpRequest.Builder operator(ReplicaProcess replica, String name) {
        return HttpRequest.newBuilder(URI.create(replica.managementUrl("/operate/brakes/" + name)))
                .header("Authorization", "Bearer " + Cluster.NIGHT_TOKEN);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
