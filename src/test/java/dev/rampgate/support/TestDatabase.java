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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A database of the packaged artifact's tests, empty and of one test class alone: on the embedded server that they share, or on an
 * installed one that {@code RAMPGATE_TEST_DATABASE=host:port/name?user=...&password=...} names, whose user may create databases.
 */
public record TestDatabase(String host, int port, String name, String user, String password, AutoCloseable resource)
        implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static EmbeddedDatabase shared;

    public static TestDatabase start() {
        String installed = System.getenv("RAMPGATE_TEST_DATABASE");
        return (installed == null ? embedded() : installed(URI.create("postgresql://" + installed))).another();
    }

    /** Ends with this process. */
    private static synchronized TestDatabase embedded() {
        if (shared == null) {
            shared = EmbeddedDatabase.start();
        }
        return new TestDatabase(
                shared.host(), shared.port(), shared.name(), shared.user(), shared.password(), () -> {});
    }

    private static TestDatabase installed(URI uri) {
        Map<String, String> query = Arrays.stream(uri.getQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return new TestDatabase(
                uri.getHost(),
                uri.getPort(),
                uri.getPath().substring(1),
                query.get("user"),
                query.get("password"),
                () -> {});
    }

    /** Another one on the same server, which is dropped in the end, however often it is closed. */
    private TestDatabase another() {
        String other = "test_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        execute("CREATE DATABASE " + other);
        return new TestDatabase(
                host, port, other, user, password, () -> execute("DROP DATABASE IF EXISTS " + other + " WITH (FORCE)"));
    }

    private void execute(String statement) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException failure) {
            throw new IllegalStateException(
                    "The tests' PostgreSQL refused: " + statement + ". Its user must be allowed to create databases",
                    failure);
        }
    }

    /** For tests that look into it; credentials included. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + name + "?user=" + user + "&password=" + password;
    }

    /** How Rampgate is configured for it. */
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
