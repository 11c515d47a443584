package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.identity.IdentitySettings;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.proof.ProofSettings;
import dev.rampgate.session.handoff.HandOffSettings;
import dev.rampgate.support.TestSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingSettingsTest {

    private static final Map<String, String> COMPLETE = Map.of(
            "rampgate.database.host", "db.example.test",
            "rampgate.database.name", "rampgate",
            "rampgate.database.user", "rampgate",
            "rampgate.database.password", "password-canary-0001",
            "rampgate.proof.base-url", "https://proof.example.test",
            "rampgate.proof.client-token", "client-token-canary-0001",
            "rampgate.identity.mode", "header",
            "rampgate.identity.header.secret", "gateway-secret-canary-0001");

    @Test
    void eightSettingsAreEnough() {
        assertThat(missing(COMPLETE, "serve")).isEmpty();
    }

    @Test
    void allThatIsMissingIsNamedAtOnceInBothSpellings() {
        assertThat(missing(Map.of(), "serve"))
                .satisfiesExactly(
                        host -> assertThat(host)
                                .isEqualTo("rampgate.database.host (RAMPGATE_DATABASE_HOST) is not set; it must be the"
                                        + " name or address of a PostgreSQL server"),
                        name -> assertThat(name).contains("RAMPGATE_DATABASE_NAME"),
                        user -> assertThat(user).contains("RAMPGATE_DATABASE_USER"),
                        password -> assertThat(password).contains("RAMPGATE_DATABASE_PASSWORD"),
                        url -> assertThat(url).contains("RAMPGATE_PROOF_BASE_URL"),
                        token -> assertThat(token).contains("RAMPGATE_PROOF_CLIENT_TOKEN"),
                        mode -> assertThat(mode).contains("RAMPGATE_IDENTITY_MODE", "header", "jwt"));
    }

    @ParameterizedTest
    @CsvSource({"migrate, 4", "new-epoch, 4", "smoke, 3", "serve, 7"})
    void aTaskIsAskedOnlyForWhatItUses(String command, int count) {
        assertThat(missing(Map.of(), command)).hasSize(count);
    }

    @Test
    void eachModeOfIdentityNeedsItsOwn() {
        assertThat(missing(changed(Map.of("rampgate.identity.header.secret", "")), "serve"))
                .singleElement()
                .asString()
                .contains("RAMPGATE_IDENTITY_HEADER_SECRET");
        assertThat(missing(changed(Map.of("rampgate.identity.mode", "jwt")), "serve"))
                .satisfiesExactly(
                        issuer -> assertThat(issuer).contains("RAMPGATE_IDENTITY_JWT_ISSUER"),
                        audience -> assertThat(audience).contains("RAMPGATE_IDENTITY_JWT_AUDIENCE"),
                        keys -> assertThat(keys)
                                .contains("RAMPGATE_IDENTITY_JWT_JWKS_URL", "rampgate.identity.jwt.key-file"));
        assertThat(missing(changed(Map.of("rampgate.identity.mode", "demo")), "serve"))
                .isEmpty();
    }

    @Test
    void thePageForAppsNeedsTickets() {
        assertThat(missing(changed(Map.of("rampgate.hand-off.base-url", "https://ramp.example.test")), "serve"))
                .singleElement()
                .asString()
                .contains("RAMPGATE_LIVE_TICKET_KEYS");
    }

    private static Map<String, String> changed(Map<String, String> different) {
        Map<String, String> values = new HashMap<>(COMPLETE);
        values.putAll(different);
        return values;
    }

    private static List<String> missing(Map<String, String> values, String command) {
        List<String> sentences = new MissingSettings(
                        TestSettings.of(DatabaseSettings.class, values),
                        TestSettings.of(ProofSettings.class, values),
                        TestSettings.of(IdentitySettings.class, values),
                        TestSettings.of(LiveSettings.class, values),
                        TestSettings.of(HandOffSettings.class, values))
                .of(command);
        assertThat(String.join("\n", sentences)).doesNotContain("canary");
        return sentences;
    }
}
