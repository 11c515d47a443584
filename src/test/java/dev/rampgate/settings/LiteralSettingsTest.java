package dev.rampgate.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.database.DatabaseUrl;
import dev.rampgate.startup.ApplicationProperties;
import dev.rampgate.startup.SettingsSources;
import dev.rampgate.startup.SettingsSources.Setting;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralSettingsTest {

    private static final List<String> NASTY = List.of(
            "gate$$way-0123456789",
            "${cd}",
            "a${cd}b",
            "${cd:default}",
            "${rampgate.database.user}",
            "${sys::user.home}",
            "$",
            "$$",
            "$$$",
            "$$$$",
            "${",
            "$}",
            "${}",
            "${${}}",
            "\\",
            "\\\\",
            "\\$",
            "\\$\\$",
            "\\\\$",
            "$\\$",
            "\\${cd}",
            "\\\\${cd}\\",
            "c:\\new\\table",
            "a\\,b",
            " spaces at the ends ",
            "\ttab",
            "ünïcödé-😀",
            "#{[}]%&?=+;:'\"<>|");

    private static Stream<String> nasty() {
        return NASTY.stream();
    }

    @ParameterizedTest
    @MethodSource("nasty")
    void everySettingOfTextIsLiteralFromEverySource(String value) {
        for (ConfigSource source : sources(texts(), value)) {
            SmallRyeConfig config = config(source);
            for (String name : texts()) {
                assertThat(config.getValue(name, String.class))
                        .as("%s from %s", name, source.getName())
                        .isEqualTo(value);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("nasty")
    void everyElementOfAListIsLiteralButForTheCommasAndTheSpaceAround(String value) {
        String element = value.replace(",", ";");
        for (ConfigSource source : sources(List.copyOf(LiteralSettings.LISTS), element + ",other")) {
            SmallRyeConfig config = config(source);
            for (String name : LiteralSettings.LISTS) {
                assertThat(config.getValues(name, String.class))
                        .as("%s from %s", name, source.getName())
                        .containsExactly(element.strip(), "other");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one,two", "one, two", " one ,\ttwo ", "one,two\n", "one,\r\n  two\r\n", "one, ,two,"})
    void elementsOfEveryListHaveNoWhiteSpaceAroundThem(String value) {
        for (ConfigSource source : sources(List.copyOf(LiteralSettings.LISTS), value)) {
            SmallRyeConfig config = config(source);
            for (String name : LiteralSettings.LISTS) {
                assertThat(config.getValues(name, String.class))
                        .as("%s from %s", name, source.getName())
                        .containsExactly("one", "two");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\n\n", "\r"})
    void lineEndsBehindAnySettingAreNoPartOfIt(String end) {
        for (ConfigSource source : sources(texts(), " a\nb$ " + end)) {
            SmallRyeConfig config = config(source);
            for (String name : texts()) {
                assertThat(config.getValue(name, String.class))
                        .as("%s from %s", name, source.getName())
                        .isEqualTo(" a\nb$ ");
            }
        }
        for (ConfigSource source : sources(texts(), end)) {
            SmallRyeConfig config = config(source);
            for (String name : texts()) {
                assertThat(config.getOptionalValue(name, String.class))
                        .as("%s from %s", name, source.getName())
                        .isEmpty();
            }
        }
    }

    @Test
    void aSecretWithALineEndReachesWhatRefersToItWithoutIt() {
        SmallRyeConfig config = config(env(Map.of("rampgate.database.password", "pass$word\n")));

        assertThat(config.getValue("quarkus.datasource.password", String.class)).isEqualTo("pass$word");
    }

    @ParameterizedTest
    @MethodSource("nasty")
    void whatRefersToASettingGetsItWhole(String value) {
        SmallRyeConfig config = config(env(Map.of(
                "rampgate.database.user", value,
                "rampgate.database.password", value,
                "rampgate.database.host", "localhost",
                "rampgate.database.name", value)));

        assertThat(config.getValue("quarkus.datasource.username", String.class)).isEqualTo(value);
        assertThat(config.getValue("quarkus.datasource.password", String.class)).isEqualTo(value);
        String url = config.getValue("quarkus.datasource.reactive.url", String.class);
        assertThat(PgConnectOptions.fromUri(url).getDatabase()).isEqualTo(value);
    }

    @Test
    void theDatabaseMayHaveAnAddressOfIpv6() {
        SmallRyeConfig config =
                config(env(Map.of("rampgate.database.host", "2001:db8::7", "rampgate.database.name", "ledger")));

        PgConnectOptions options =
                PgConnectOptions.fromUri(config.getValue("quarkus.datasource.reactive.url", String.class));
        assertThat(options.getHost()).isEqualTo("2001:db8::7");
        assertThat(options.getPort()).isEqualTo(5432);
    }

    @Test
    void otherSettingsExpandAsQuarkusDocumentsIt() {
        SmallRyeConfig config = config(new PropertiesConfigSource(
                Map.of("quarkus.http.host", "${rampgate.database.user:x}", "rampgate.database.user", "a$$b"),
                "test",
                300));

        assertThat(config.getValue("quarkus.http.host", String.class)).isEqualTo("a$$b");
    }

    @Test
    void allListsAreKnown() {
        assertThat(settings()
                        .filter(setting -> setting.type().contains("List<"))
                        .map(Setting::name))
                .containsExactlyInAnyOrderElementsOf(LiteralSettings.LISTS);
    }

    /** Every setting that is a text: its conversion changes nothing. */
    private static List<String> texts() {
        return settings()
                .filter(setting ->
                        setting.type().equals("String") || setting.type().equals("Optional<String>"))
                .map(Setting::name)
                .toList();
    }

    private static Stream<Setting> settings() {
        return SettingsSources.read().stream().flatMap(group -> group.settings().stream());
    }

    private static List<ConfigSource> sources(List<String> names, String value) {
        Map<String, String> settings = new HashMap<>();
        names.forEach(name -> settings.put(name, value));
        return List.of(
                env(settings),
                new PropertiesConfigSource(settings, "system properties", 400),
                new PropertiesConfigSource(settings, "file of settings", 260));
    }

    private static EnvConfigSource env(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>();
        settings.forEach((name, value) ->
                environment.put(name.replaceAll("[^a-z0-9]", "_").toUpperCase(Locale.ROOT), value));
        return new EnvConfigSource(environment, 300);
    }

    /** As the application is configured, but for the process' own environment. */
    private static SmallRyeConfig config(ConfigSource source) {
        Map<String, String> packaged = new HashMap<>();
        Properties properties;
        try {
            properties = ApplicationProperties.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith("quarkus.datasource."))
                .forEach(name -> packaged.put(name, properties.getProperty(name)));
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredInterceptors()
                .withSources(new PropertiesConfigSource(packaged, "application.properties", 250))
                .withSources(source)
                .withSources(new DatabaseUrl())
                .build();
    }
}
