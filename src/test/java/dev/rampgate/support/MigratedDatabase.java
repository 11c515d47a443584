package dev.rampgate.support;

import dev.rampgate.sandbox.EmbeddedDatabase;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/** An embedded server whose tables are made, for tests that need it without Rampgate. */
public record MigratedDatabase(EmbeddedDatabase server) implements AutoCloseable {

    public static MigratedDatabase start() {
        EmbeddedDatabase server = EmbeddedDatabase.start();
        Flyway.configure()
                .dataSource(server.jdbcUrl(), server.user(), server.password())
                .load()
                .migrate();
        return new MigratedDatabase(server);
    }

    /** How the reactive client connects as Rampgate does. */
    public PgConnectOptions options() {
        return new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setDatabase(server.name())
                .setUser(server.user())
                .setPassword(server.password())
                .setCachePreparedStatements(true);
    }

    /** A connection beside those of the client. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    /** A database transaction that has run these statements, holds what they lock, and goes on. */
    public Connection begin(String statements) throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        run(connection, statements);
        return connection;
    }

    /** Runs statements on a connection. */
    public static void run(Connection connection, String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    /** Runs statements, which are committed. */
    public void run(String statements) throws SQLException {
        try (Connection connection = connect()) {
            run(connection, statements);
        }
    }

    /** The one value that a query answers, as text; null if it is null. */
    public String text(String query) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Whether exactly one statement waits for a lock. */
    public boolean isOneBlocked() throws SQLException {
        return text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                .equals("1");
    }

    @Override
    public void close() {
        server.close();
    }
}
