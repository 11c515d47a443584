package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.settings.Bounds;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsBoundsTest {

    @ParameterizedTest
    @CsvSource({"1", "5432", "65535"})
    void aNumberWithinItsBoundsIsTaken(String port) {
        assertThat(problems(DatabaseSettings.class, "rampgate.database.port", port))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "65536", "2147483647"})
    void aNumberOutOfItsBoundsStopsTheStartAndIsNamed(String port) {
        assertThat(problems(DatabaseSettings.class, "rampgate.database.port", port))
                .containsExactly(
                        "rampgate.database.port (RAMPGATE_DATABASE_PORT) is %s; it must be 1 to 65535".formatted(port));
    }

    @ParameterizedTest
    @CsvSource({"0.0099, 0.0099", "-1, -1", "0, 0", "NaN, NaN", "-Infinity, -Infinity"})
    void aFractionBelowItsBoundStopsTheStartToo(String rate, String shown) {
        assertThat(problems(PollSettings.class, "rampgate.poll.nudged-max-rate", rate))
                .containsExactly(
                        "rampgate.poll.nudged-max-rate (RAMPGATE_POLL_NUDGED_MAX_RATE) is %s; it must be 0.01 or more"
                                .formatted(shown));
    }

    static Set<Class<?>> groups() {
        return Set.copyOf(SettingsBounds.BOUNDED);
    }

    @ParameterizedTest
    @MethodSource("groups")
    void theDefaultsAreWithinTheirBounds(Class<?> group) {
        assertThat(problems(group, "unrelated", "1")).isEmpty();
    }

    @Test
    void everyGroupThatHasBoundsIsChecked() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.rampgate");

        Set<String> withBounds = classes.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith(Bounds.class))
                .map(method -> method.getOwner().getName())
                .collect(Collectors.toSet());

        assertThat(withBounds)
                .isEqualTo(SettingsBounds.BOUNDED.stream().map(Class::getName).collect(Collectors.toSet()));
    }

    private static List<String> problems(Class<?> group, String setting, String value) {
        return SettingsBounds.problems(
                group,
                new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .addDiscoveredConverters()
                        .withMapping(group)
                        .withValidateUnknown(false)
                        .withSources(new PropertiesConfigSource(Map.of(setting, value), "test", 100))
                        .build()
                        .getConfigMapping(group));
    }
}
