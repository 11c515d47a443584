package dev.rampgate.packaged;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * A backup as {@code pg_dump} makes its own: rows of tables as text, in one snapshot.
 *
 * @param rows by table, in an order in which they can be loaded
 */
record DatabaseDump(Map<String, byte[]> rows) {

    /** All tables; those that others refer to come first. */
    static DatabaseDump of(String jdbcUrl) throws SQLException, IOException {
        return of(jdbcUrl, """
                SELECT relname
                FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace
                  AND relkind IN ('r', 'p')
                  AND NOT relispartition
                  AND relname <> 'flyway_schema_history'
                ORDER BY (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = pg_class.oid), relname
                """);
    }

    private static DatabaseDump of(String jdbcUrl, String tables) throws SQLException, IOException {
        Map<String, byte[]> rows = new LinkedHashMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            for (String table : texts(statement, tables)) {
                ByteArrayOutputStream text = new ByteArrayOutputStream();
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", text);
                rows.put(table, text.toByteArray());
            }
        }
        return new DatabaseDump(rows);
    }

    /** Replaces what a migrated database holds in these tables, and lets identities go on behind what was loaded. */
    void load(String jdbcUrl) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + String.join(", ", rows.keySet()) + " CASCADE");
            for (Map.Entry<String, byte[]> table : rows.entrySet()) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + table.getKey() + " FROM STDIN", new ByteArrayInputStream(table.getValue()));
            }
            for (String identity : texts(statement, """
                    SELECT format(
                        'SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT coalesce(max(%I), 0) + 1 FROM %I), false)',
                        table_name, column_name, column_name, table_name)
                    FROM information_schema.columns
                    WHERE table_schema = current_schema() AND is_identity = 'YES'
                    """)) {
                statement.execute(identity);
            }
        }
    }

    private static List<String> texts(Statement statement, String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                texts.add(found.getString(1));
            }
        }
        return texts;
    }

    /** The tables in which a text stands. */
    List<String> tablesWith(String text) {
        return rows.entrySet().stream()
                .filter(table -> new String(table.getValue(), StandardCharsets.UTF_8).contains(text))
                .map(Map.Entry::getKey)
                .toList();
    }
}
