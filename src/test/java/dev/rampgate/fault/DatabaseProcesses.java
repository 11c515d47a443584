package dev.rampgate.fault;

import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The processes of an embedded database, for harm that no connection can do. Signals need a system that has them. */
final class DatabaseProcesses {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final EmbeddedDatabase database;
    private final Path pidFile;

    DatabaseProcesses(EmbeddedDatabase database) {
        this.database = database;
        this.pidFile = Path.of(dataDirectory(database)).resolve("postmaster.pid");
    }

    /** SIGSTOP: connections stay open, and nothing answers. */
    void freeze() {
        ProcessHandle server = server();
        // The one that starts others first, so that none is forgotten.
        signal("STOP", Stream.of(server));
        signal("STOP", server.descendants());
    }

    void thaw() {
        ProcessHandle server = server();
        signal("CONT", Stream.concat(server.descendants(), Stream.of(server)));
    }

    /** As in a failover: everything open is lost in one moment, and a server that recovers takes over. */
    void failOver() {
        ProcessHandle server = server();
        signal("QUIT", Stream.of(server));
        await("the server's end").atMost(LIMIT).until(() -> !server.isAlive());
        database.stop();
        database.restart();
    }

    private ProcessHandle server() {
        try {
            long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void signal(String signal, Stream<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes.map(ProcessHandle::pid).map(String::valueOf).forEach(command::add);
        try {
            new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String dataDirectory(EmbeddedDatabase database) {
        String url = "jdbc:postgresql://" + database.host() + ":" + database.port() + "/postgres?user=postgres";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW data_directory")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
