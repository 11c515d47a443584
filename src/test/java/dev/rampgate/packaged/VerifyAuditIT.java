package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.sandbox.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The task {@code --verify-audit} of the packaged artifact: what it says, and its exit codes. */
class VerifyAuditIT {

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void itSaysWhetherTheChainIsWholeAndNamesTheFirstWrongEntry() throws SQLException {
        assertTask(1, "FAILED: the audit was not checked: the database has no audit yet", "--verify-audit");
        assertTask(0, "The database is at version", "--migrate");
        assertTask(0, "The chain of the audit is whole, from entry 1 to its head 0:", "--verify-audit");
        for (int entry = 0; entry < 5; entry++) {
            sql(
                    "INSERT INTO audit_entry (actor, role, action, result) VALUES ('night', 'operator', 'read_case', 'begun')");
        }
        sql("SELECT audit_link(3)");
        String early = text("SELECT last_position || ':' || last_hash FROM audit_chain");
        sql("SELECT audit_link(1000)");
        String head = text("SELECT last_position || ':' || last_hash FROM audit_chain");
        String ofMetric = head.substring(0, 2 + 13);

        assertTask(0, "to its head " + head, "--verify-audit", early, head, ofMetric);
        assertTask(2, "--verify-audit [number:hash ...]", "--verify-audit", "5");
        assertTask(3, "BROKEN: entry 5 has the hash", "--verify-audit", "5:0000000000000");

        sql("UPDATE audit_entry SET actor = 'desk' WHERE position = 4");

        assertTask(3, "BROKEN: entry 4 (row 4) was changed", "--verify-audit", head);
    }

    private static void assertTask(int exitCode, String says, String... arguments) {
        try (PackagedRampgate task = PackagedRampgate.launch(databaseAlone(), arguments)) {
            assertThat(task.exitCode()).as(task.log()).isEqualTo(exitCode);
            assertThat(task.log()).contains(says).doesNotContain("Listening on", server.password());
        }
    }

    private static void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private static String text(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement run = connection.createStatement();
                ResultSet rows = run.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Map<String, String> databaseAlone() {
        return new HashMap<>(Map.of(
                "RAMPGATE_DATABASE_HOST", server.host(),
                "RAMPGATE_DATABASE_PORT", Integer.toString(server.port()),
                "RAMPGATE_DATABASE_NAME", server.name(),
                "RAMPGATE_DATABASE_USER", server.user(),
                "RAMPGATE_DATABASE_PASSWORD", server.password()));
    }
}
