package dev.rampgate.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;

/** The database of one of those that are measured, behind its back: to put rows there, and to count what it wrote. */
record Database(PostgresServer server, String name) {

    /** The environment that Rampgate is told its database by. */
    Map<String, String> rampgate() {
        return Map.of(
                "RAMPGATE_DATABASE_HOST",
                "127.0.0.1",
                "RAMPGATE_DATABASE_PORT",
                Integer.toString(server.port()),
                "RAMPGATE_DATABASE_NAME",
                name,
                "RAMPGATE_DATABASE_USER",
                PostgresServer.USER,
                "RAMPGATE_DATABASE_PASSWORD",
                PostgresServer.PASSWORD);
    }

    void execute(String... statements) {
        try (Connection connection = server.connect(name, PostgresServer.USER);
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        } catch (SQLException e) {
            throw new BenchFailure(name + ": " + e.getMessage(), e);
        }
    }

    /** Housekeeping now, so that it does not come in the middle of a slice; by its owner, without waiting for anybody. */
    void tidy() {
        execute("VACUUM ANALYZE");
    }

    long number(String query) {
        try (Connection connection = server.connect(name, PostgresServer.USER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new BenchFailure(name + ": " + e.getMessage(), e);
        }
    }

    /** Hands on each row of a query: a text and a time. */
    void forEach(String query, BiConsumer<String, Instant> row) {
        try (Connection connection = server.connect(name, PostgresServer.USER);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                row.accept(rows.getString(1), rows.getTimestamp(2).toInstant());
            }
        } catch (SQLException e) {
            throw new BenchFailure(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * How many of these keys are not there.
     *
     * @param missing counts the keys, given as the array $1, that the tables lack
     */
    long missing(String missing, Collection<String> keys) {
        try (Connection connection = server.connect(name, PostgresServer.USER);
                PreparedStatement statement = connection.prepareStatement(missing)) {
            statement.setArray(1, connection.createArrayOf("text", keys.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new BenchFailure(name + ": " + e.getMessage(), e);
        }
    }
}
