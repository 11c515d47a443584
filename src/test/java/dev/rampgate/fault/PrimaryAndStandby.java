package dev.rampgate.fault;

import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A primary and a standby that follows it synchronously, so that a failover loses no commit. After one, the former standby gets a
 * standby of its own.
 */
final class PrimaryAndStandby implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private EmbeddedDatabase primary = EmbeddedDatabase.start();
    private EmbeddedDatabase standby;

    PrimaryAndStandby() {
        addStandby();
    }

    EmbeddedDatabase primary() {
        return primary;
    }

    /** The primary is gone at once, and the standby becomes the primary. */
    void failOver() {
        await("the standby has what is committed").atMost(LIMIT).until(() -> isTrue("""
                SELECT EXISTS (
                    SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= pg_current_wal_flush_lsn()
                )
                """));
        primary.crash();
        standby.promote();
        primary.close();
        primary = standby;
        standby = null;
    }

    /** Stops the primary briefly. */
    void addStandby() {
        standby = primary.startStandby();
        await("the standby follows")
                .atMost(LIMIT)
                .until(() -> isTrue("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE state = 'streaming')"));
        execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute("SELECT pg_reload_conf()");
        await("it follows synchronously")
                .atMost(LIMIT)
                .until(() -> isTrue("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')"));
    }

    private boolean isTrue(String query) throws SQLException {
        try (Connection connection = administrator();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private void execute(String statement) {
        try (Connection connection = administrator();
                Statement run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection administrator() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + primary.port() + "/" + primary.name() + "?user=postgres");
    }

    @Override
    public void close() {
        if (standby != null) {
            standby.close();
        }
        primary.close();
    }
}
