package dev.rampgate.database;

import dev.rampgate.settings.LiteralSettings;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Writes the URL of the reactive client from {@code rampgate.database.*}, so that the name of a database may hold whatever
 * PostgreSQL allows, and the host may be an IPv6 address. Found by the configuration, as a service.
 */
public final class DatabaseUrl implements ConfigSourceFactory {

    private static final String URL = "quarkus.datasource.reactive.url";
    private static final String OURS = "rampgate.database.";

    /** Above application.properties, below everything that an operator sets. */
    private static final int ORDINAL = 260;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Optional<String> host = value(context, "host");
        Optional<String> name = value(context, "name");
        if (host.isEmpty() || name.isEmpty()) {
            // DatabaseSettings says what is missing.
            return List.of();
        }
        boolean bare = host.get().indexOf(':') >= 0 && !host.get().startsWith("[");
        String url = "postgresql://" + (bare ? "[" + host.get() + "]" : host.get()) + ":"
                + value(context, "port").orElse("5432") + "/"
                + URLEncoder.encode(name.get(), StandardCharsets.UTF_8).replace("+", "%20");
        return List.of(new PropertiesConfigSource(Map.of(URL, LiteralSettings.escaped(url)), "database url", ORDINAL));
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        return Optional.ofNullable(context.getValue(OURS + name))
                .map(ConfigValue::getValue)
                .filter(text -> !text.isBlank());
    }
}
