package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class EmbeddedDatabaseTest {

    @Test
    void itIsAPostgres17ThatCanGoAndComeBackWithItsData() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.start()) {
            int port = database.port();
            assertThat(ask(database, "SHOW server_version")).startsWith("17");
            run(database, "CREATE TABLE kept (word text)");
            run(database, "INSERT INTO kept VALUES ('still here')");

            database.stop();
            assertThatThrownBy(() -> ask(database, "SELECT 1")).isInstanceOf(SQLException.class);
            database.restart();

            assertThat(database.port()).isEqualTo(port);
            assertThat(ask(database, "SELECT word FROM kept")).isEqualTo("still here");
            assertThat(ask(database, "SELECT current_user")).isEqualTo(database.user());
        }
    }

    private static String ask(EmbeddedDatabase database, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void run(EmbeddedDatabase database, String command) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }
}
