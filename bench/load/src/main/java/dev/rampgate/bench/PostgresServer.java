package dev.rampgate.bench;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A PostgreSQL of the distribution with a cluster of its own, which makes commits durable. */
final class PostgresServer implements AutoCloseable {

    static final String USER = "bench";
    static final String PASSWORD = "bench-canary";

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Path binaries;
    private final int port;
    private final Child server;

    private PostgresServer(Path binaries, int port, Child server) {
        this.binaries = binaries;
        this.port = port;
        this.server = server;
    }

    static PostgresServer start(Path folder, Path logs) {
        Path binaries = binaries();
        Path cluster = folder.resolve("postgres");
        int port = Ports.free();
        try {
            Files.createDirectories(cluster);
            if (ROOT) {
                Run.quietly(folder, List.of("chown", "postgres", cluster.toString()));
            }
            Run.quietly(
                    cluster,
                    command(
                            binaries,
                            "initdb",
                            "-D",
                            cluster + "/data",
                            "-A",
                            "trust",
                            "-U",
                            "postgres",
                            "-E",
                            "UTF8"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> settings = new ArrayList<>(
                List.of("-D", cluster + "/data", "-p", Integer.toString(port), "-k", cluster.toString()));
        // Durable, whatever it costs; and no checkpoint in the middle of a slice because of a small log.
        for (String setting : List.of(
                "listen_addresses=127.0.0.1",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "max_connections=300",
                "shared_buffers=512MB",
                "max_wal_size=4GB",
                "shared_preload_libraries=pg_stat_statements",
                "pg_stat_statements.track=none")) {
            settings.add("-c");
            settings.add(setting);
        }
        Child server = Child.start(
                "postgres", logs, Map.of(), command(binaries, "postgres", settings.toArray(String[]::new)), "INT");
        PostgresServer started = new PostgresServer(binaries, port, server);
        Ports.await("PostgreSQL answers", Duration.ofSeconds(60), server, started::answers);
        started.administer("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
        return started;
    }

    /** A database of its own for one of those that are measured. */
    Database create(String name) {
        administer("CREATE DATABASE " + name + " OWNER " + USER);
        return new Database(this, name);
    }

    void administer(String... statements) {
        administerIn("postgres", statements);
    }

    void administerIn(String database, String... statements) {
        try (Connection superuser = connect(database, "postgres");
                Statement statement = superuser.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        } catch (SQLException e) {
            throw new BenchFailure("PostgreSQL: " + e.getMessage(), e);
        }
    }

    /** A number that only a superuser may read. */
    long numberIn(String database, String query) {
        try (Connection superuser = connect(database, "postgres");
                Statement statement = superuser.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new BenchFailure("PostgreSQL: " + e.getMessage(), e);
        }
    }

    Connection connect(String database, String user) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, user, PASSWORD);
    }

    /** For pgbench and others that take their connection by environment. */
    Map<String, String> environment(String database) {
        return Map.of(
                "PGHOST", "127.0.0.1",
                "PGPORT", Integer.toString(port),
                "PGDATABASE", database,
                "PGUSER", USER,
                "PGPASSWORD", PASSWORD);
    }

    Path program(String name) {
        return binaries.resolve(name);
    }

    String version() {
        try (Connection superuser = connect("postgres", "postgres");
                Statement statement = superuser.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_version")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new BenchFailure("PostgreSQL: " + e.getMessage(), e);
        }
    }

    Child process() {
        return server;
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        server.close();
    }

    private boolean answers() {
        try (Connection superuser = connect("postgres", "postgres")) {
            return superuser.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** PostgreSQL refuses to run as root. */
    private static List<String> command(Path binaries, String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
        }
        command.add(binaries.resolve(program).toString());
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private static Path binaries() {
        try (var versions = Files.newDirectoryStream(Path.of("/usr/lib/postgresql"))) {
            Path newest = null;
            for (Path version : versions) {
                if (Files.isExecutable(version.resolve("bin/postgres"))
                        && (newest == null || number(version) > number(newest))) {
                    newest = version;
                }
            }
            if (newest != null) {
                return newest.resolve("bin");
            }
        } catch (IOException none) {
            // said below
        }
        throw new BenchFailure("there is no PostgreSQL: apt-get install postgresql");
    }

    private static double number(Path version) {
        return Double.parseDouble(version.getFileName().toString());
    }
}
