package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.support.TestSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {

    private static final Map<String, String> COMPLETE = Map.of(
            "rampgate.database.host", "db.example.test",
            "rampgate.database.name", "rampgate",
            "rampgate.database.user", "rampgate",
            "rampgate.database.password", "password-canary-0001");

    @Test
    void fourSettingsAreEnough() {
        assertThatCode(() -> check(COMPLETE, DatabaseSettings.SERVE)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "rampgate.database.host, RAMPGATE_DATABASE_HOST",
        "rampgate.database.name, RAMPGATE_DATABASE_NAME",
        "rampgate.database.user, RAMPGATE_DATABASE_USER",
        "rampgate.database.password, RAMPGATE_DATABASE_PASSWORD"
    })
    void aMissingSettingStopsTheStartAndIsNamedInBothSpellings(String setting, String variable) {
        Map<String, String> incomplete = new HashMap<>(COMPLETE);
        incomplete.remove(setting);

        for (String command : new String[] {DatabaseSettings.SERVE, DatabaseSettings.MIGRATE}) {
            assertThatThrownBy(() -> check(incomplete, command))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(setting)
                    .hasMessageContaining(variable)
                    .hasMessageNotContaining("canary");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"smoke", "help"})
    void aTaskWithoutTheDatabaseNeedsNone(String command) {
        assertThatCode(() -> check(Map.of(), command)).doesNotThrowAnyException();
    }

    private static void check(Map<String, String> values, String command) {
        new DatabaseSettings.Check(TestSettings.of(DatabaseSettings.class, values), command).onStart(null);
    }
}
