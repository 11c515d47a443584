package dev.rampgate.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(JwtQuarkusTest.JwtMode.class)
class JwtQuarkusTest {

    private static final Issuer ISSUER = new Issuer();
    private static final PublicJsonWebKey KEY = ISSUER.rsa("key-1");

    @Inject
    MeterRegistry registry;

    /** Rampgate in jwt mode, with an issuer that publishes its keys by HTTP. */
    public static final class JwtMode implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "rampgate.identity.mode", "jwt",
                    "rampgate.identity.jwt.issuer", JwtSettings.ISSUER,
                    "rampgate.identity.jwt.audience", JwtSettings.AUDIENCE);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(KeyServer.class));
        }
    }

    /** Publishes what the test says; nothing at first. */
    public static final class KeyServer implements QuarkusTestResourceLifecycleManager {

        static final AtomicReference<String> PUBLISHED = new AtomicReference<>();

        private final Vertx vertx = Vertx.vertx();

        @Override
        public Map<String, String> start() {
            try {
                HttpServer server = vertx.createHttpServer()
                        .requestHandler(call -> {
                            String keys = PUBLISHED.get();
                            call.response()
                                    .setStatusCode(keys == null ? 503 : 200)
                                    .end(keys == null ? "" : keys);
                        })
                        .listen(0, "localhost")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
                return Map.of("rampgate.identity.jwt.jwks-url", "http://localhost:" + server.actualPort() + "/jwks");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void stop() {
            vertx.close();
        }
    }

    @BeforeEach
    void publish() {
        KeyServer.PUBLISHED.set(ISSUER.keySet());
    }

    @Test
    void who_brings_a_token_of_the_issuer_is_the_caller() {
        me("Bearer " + token())
                .statusCode(200)
                .body("user_id", equalTo("cust-8841"))
                .body("email", equalTo("jo@example.test"));
    }

    @Test
    void without_a_token_the_answer_says_how_to_sign_in() {
        given().get("/test-edge/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer realm=\"rampgate\"")
                .body("type", equalTo("urn:rampgate:problem:unauthenticated"));
    }

    @Test
    void a_bad_token_is_refused_without_a_reason_and_counted_with_it() {
        double before = refusals("wrong_signature");

        me("Bearer " + Issuer.token(Issuer.unpublished("key-1"), Issuer.claims(System.currentTimeMillis())))
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer realm=\"rampgate\", error=\"invalid_token\"")
                .body("type", equalTo("urn:rampgate:problem:unauthenticated"))
                .body("size()", equalTo(4));
        assertThat(refusals("wrong_signature")).isEqualTo(before + 1);
    }

    @Test
    void the_gateways_headers_count_for_nothing() {
        given().header("X-User-Id", "cust-8841")
                .header("X-User-Email", "jo@example.test")
                .get("/test-edge/me")
                .then()
                .statusCode(401);
    }

    @Test
    void an_open_route_does_not_look_at_tokens() {
        given().header("Authorization", "Bearer x")
                .get("/test-edge/address")
                .then()
                .statusCode(200);
    }

    private static String token() {
        return Issuer.token(KEY, Issuer.claims(System.currentTimeMillis()));
    }

    private static ValidatableResponse me(String authorization) {
        return given().header("Authorization", authorization)
                .get("/test-edge/me")
                .then();
    }

    private double refusals(String reason) {
        return registry.get("rampgate.identity.refusals")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
