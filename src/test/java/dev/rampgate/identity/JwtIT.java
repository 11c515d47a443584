package dev.rampgate.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.packaged.PackagedRampgate;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of both kinds at the packaged artifact, whose ciphers are its own. What is asked needs no database. */
class JwtIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CLIENT_TOKEN = "client-token-canary-0007";

    @TempDir
    Path mounted;

    @Test
    void tokensOfTheIssuerAreBelievedAndOthersAreNot() throws IOException {
        Issuer issuer = new Issuer();
        PublicJsonWebKey rsa = issuer.rsa("rsa");
        PublicJsonWebKey ec = issuer.ec("ec");
        Path keys = Files.writeString(mounted.resolve("keys.json"), issuer.keySet());
        try (ProofSimulator proof = ProofSimulator.started(SimulatorSettings.builder()
                        .port(0)
                        .clientToken(CLIENT_TOKEN)
                        .build());
                PackagedRampgate rampgate = PackagedRampgate.launch(environment(proof, keys))) {
            await("alive").atMost(LIMIT).until(() -> isAlive(rampgate));
            assertThat(kycStatus(rampgate, rsa)).isEqualTo(200);
            assertThat(kycStatus(rampgate, ec)).isEqualTo(200);
            assertThat(kycStatus(rampgate, Issuer.unpublished("rsa"))).isEqualTo(401);
            malformedTokensAreRefusedAndFillNoLog(rampgate);
            aKeyThatIsReplacedUnderItsIdCounts(rampgate, keys);
        }
    }

    private static void malformedTokensAreRefusedAndFillNoLog(PackagedRampgate rampgate) {
        List<String> before = rampgate.log().lines().toList();
        String good = Issuer.token(Issuer.unpublished("rsa"), Issuer.claims(System.currentTimeMillis()));
        List<String> tokens = new ArrayList<>(MalformedTokens.listed());
        Random random = new Random(20260502);
        for (int i = 0; i < 300; i++) {
            tokens.add(MalformedTokens.changed(good, random));
        }

        for (String token : tokens) {
            assertThat(status(rampgate, token)).as(token).isEqualTo(401);
        }
        assertThat(rampgate.log().lines().skip(before.size()))
                .as("a few throttled lines, and no stack among them")
                .hasSizeLessThan(tokens.size() / 2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000).doesNotContain("exception"));
    }

    private static void aKeyThatIsReplacedUnderItsIdCounts(PackagedRampgate rampgate, Path keys) throws IOException {
        Issuer rotated = new Issuer();
        PublicJsonWebKey rsa = rotated.rsa("rsa");
        Files.writeString(keys, rotated.keySet());

        await("the new key")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> kycStatus(rampgate, rsa) == 200);
    }

    private static int kycStatus(PackagedRampgate rampgate, PublicJsonWebKey key) {
        return status(rampgate, Issuer.token(key, Issuer.claims(System.currentTimeMillis() + 600_000)));
    }

    private static int status(PackagedRampgate rampgate, String token) {
        return given().header("Authorization", "Bearer " + token)
                .get(rampgate.url("/kyc-status"))
                .statusCode();
    }

    private static boolean isAlive(PackagedRampgate rampgate) {
        try {
            return given().get(rampgate.managementUrl("/q/health/live")).statusCode() == 200;
        } catch (Exception notYet) {
            return false;
        }
    }

    private static Map<String, String> environment(ProofSimulator proof, Path keys) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "RAMPGATE_PROOF_BASE_URL", proof.baseUrl(),
                "RAMPGATE_PROOF_CLIENT_TOKEN", CLIENT_TOKEN,
                "RAMPGATE_DATABASE_HOST", "localhost",
                "RAMPGATE_DATABASE_PORT", Integer.toString(ProofAndDatabase.freePort()),
                "RAMPGATE_DATABASE_NAME", "away",
                "RAMPGATE_DATABASE_USER", "nobody",
                "RAMPGATE_DATABASE_PASSWORD", "database-canary-0007"));
        environment.put("RAMPGATE_IDENTITY_MODE", "jwt");
        environment.put("RAMPGATE_IDENTITY_JWT_ISSUER", JwtSettings.ISSUER);
        environment.put("RAMPGATE_IDENTITY_JWT_AUDIENCE", JwtSettings.AUDIENCE);
        environment.put("RAMPGATE_IDENTITY_JWT_KEY_FILE", keys.toString());
        return environment;
    }
}
