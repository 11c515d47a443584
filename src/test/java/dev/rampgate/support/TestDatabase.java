package dev.rampgate.support;

import dev.rampgate.sandbox.EmbeddedDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The database of the packaged artifact's tests: the embedded one, or an installed one that
 * {@code RAMPGATE_TEST_DATABASE=host:port/name?user=...&password=...} names. All that the user owns in an installed one is dropped.
 */
public record TestDatabase(String host, int port, String name, String user, String password, AutoCloseable resource)
        implements AutoCloseable {

    public static TestDatabase start() {
        String installed = System.getenv("RAMPGATE_TEST_DATABASE");
        return installed == null ? embedded() : installed(URI.create("postgresql://" + installed));
    }

    private static TestDatabase embedded() {
        EmbeddedDatabase database = EmbeddedDatabase.start();
        return new TestDatabase(
                database.host(), database.port(), database.name(), database.user(), database.password(), database);
    }

    /** As empty as an embedded one: what the test class before left there would count for the users of this one. */
    private static TestDatabase installed(URI uri) {
        Map<String, String> query = Arrays.stream(uri.getQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        TestDatabase database = new TestDatabase(
                uri.getHost(),
                uri.getPort(),
                uri.getPath().substring(1),
                query.get("user"),
                query.get("password"),
                () -> {});
        database.empty();
        return database;
    }

    private void empty() {
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP OWNED BY CURRENT_USER CASCADE");
        } catch (SQLException failure) {
            throw new IllegalStateException(
                    "The database that RAMPGATE_TEST_DATABASE names cannot be emptied", failure);
        }
    }

    /** For tests that look into it; credentials included. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + name + "?user=" + user + "&password=" + password;
    }

    /** As Rampgate is told of it. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("RAMPGATE_DATABASE_HOST", host);
        environment.put("RAMPGATE_DATABASE_PORT", Integer.toString(port));
        environment.put("RAMPGATE_DATABASE_NAME", name);
        environment.put("RAMPGATE_DATABASE_USER", user);
        environment.put("RAMPGATE_DATABASE_PASSWORD", password);
        return environment;
    }

    @Override
    public void close() throws Exception {
        resource.close();
    }
}
