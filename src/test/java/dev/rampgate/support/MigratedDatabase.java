package dev.rampgate.support;

import dev.rampgate.sandbox.EmbeddedDatabase;
import io.vertx.pgclient.PgConnectOptions;
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

    @Override
    public void close() {
        server.close();
    }
}
