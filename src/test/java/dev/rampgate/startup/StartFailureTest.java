package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailureTest {

    /** One setting of each type that the application's own have. */
    @ConfigMapping(prefix = "rampgate.types")
    interface Types {
        @WithDefault("20s")
        Duration time();

        Optional<Duration> maybeTime();

        @WithDefault("1")
        int number();

        @WithDefault("1")
        long longNumber();

        @WithDefault("1")
        double fraction();

        @WithDefault("false")
        boolean flag();

        @WithDefault("64K")
        MemorySize size();

        Optional<Choice> choice();

        Map<String, Named> named();

        enum Choice {
            FIRST,
            SECOND_ONE
        }

        interface Named {
            String url();

            Optional<Duration> timeout();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rampgate.types.time | 20sec | RAMPGATE_TYPES_TIME | a time such as 500ms, 20s, 5m, 1h or 90d",
                "rampgate.types.maybe-time | soon | RAMPGATE_TYPES_MAYBE_TIME | a time such as",
                "rampgate.types.number | abc | RAMPGATE_TYPES_NUMBER | a whole number such as 10",
                "rampgate.types.number | 1.5 | RAMPGATE_TYPES_NUMBER | a whole number such as 10",
                "rampgate.types.number | 99999999999 | RAMPGATE_TYPES_NUMBER | a whole number such as 10",
                "rampgate.types.long-number | abc | RAMPGATE_TYPES_LONG_NUMBER | a whole number such as 10",
                "rampgate.types.fraction | half | RAMPGATE_TYPES_FRACTION | a number such as 0.5",
                "rampgate.types.flag | ture | RAMPGATE_TYPES_FLAG | true or false",
                "rampgate.types.size | 64KB | RAMPGATE_TYPES_SIZE | a size such as 64K",
                "rampgate.types.choice | third | RAMPGATE_TYPES_CHOICE | one of",
                "rampgate.types.named.one.timeout | 1 minute | RAMPGATE_TYPES_NAMED_ONE_TIMEOUT | a time such as"
            })
    void aValueOfTheWrongFormIsShownWithItsVariableAndAnExample(
            String setting, String value, String variable, String example) {
        assertThat(problems(Map.of(setting, value, "rampgate.types.named.one.url", "x")))
                .singleElement()
                .asString()
                .startsWith(setting + " (" + variable + ") is \"" + value + "\"; it must be " + example)
                .doesNotContain("SRCFG", "Exception");
    }

    @Test
    void whatAChoiceAllowsIsListed() {
        assertThat(problems(Map.of("rampgate.types.choice", "third")))
                .singleElement()
                .asString()
                .contains("first", "second-one");
    }

    @Test
    void allWrongValuesAreNamedAtOnce() {
        assertThat(problems(Map.of(
                        "rampgate.types.time", "20sec",
                        "rampgate.types.number", "abc",
                        "rampgate.types.named.one.timeout", "1s")))
                .hasSize(3)
                .anySatisfy(
                        sentence -> assertThat(sentence)
                                .isEqualTo(
                                        "rampgate.types.named.one.url (RAMPGATE_TYPES_NAMED_ONE_URL) is required, but not set"));
    }

    @ParameterizedTest
    @CsvSource({
        "true, true",
        "TRUE, true",
        "yes, true",
        "on, true",
        "1, true",
        "false, false",
        "no, false",
        "off, false"
    })
    void theUsualWordsForOnAndOffAreTaken(String word, boolean meaning) {
        assertThat(build(Map.of("rampgate.types.flag", word))
                        .build()
                        .getConfigMapping(Types.class)
                        .flag())
                .isEqualTo(meaning);
    }

    private static List<String> problems(Map<String, String> values) {
        ConfigValidationException invalid = catchThrowableOfType(
                ConfigValidationException.class, () -> build(values).build());
        return StartFailure.problems(invalid);
    }

    private static SmallRyeConfigBuilder build(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(Types.class)
                .withSources(new PropertiesConfigSource(new TreeMap<>(values), "test", 100));
    }
}
