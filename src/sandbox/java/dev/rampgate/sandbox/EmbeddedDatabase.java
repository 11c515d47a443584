package dev.rampgate.sandbox;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * A real PostgreSQL 17 from a jar, for tests and the sandbox: it needs no Docker and no installation, and works as root.
 *
 * <p>It can be stopped and restarted on the same port with the same data ({@link #stop()}, {@link #restart()}), so that tests
 * can simulate an outage. All methods block; never call them on an event loop.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final String OWNER = "rampgate";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** A field, so that the logger and its level are not garbage-collected. */
    private static final Logger ZONKY = Logger.getLogger("io.zonky.test.db.postgres");

    static {
        ZONKY.setLevel(Level.WARNING);
    }

    private final int port;
    private final Path directory;
    private final Map<String, String> serverConfig;
    private final Thread closeAtExit = new Thread(this::release, "embedded-database-exit");
    private EmbeddedPostgres server;
    private boolean frozen;

    private EmbeddedDatabase(int port, Path directory, Map<String, String> serverConfig) {
        this.port = port;
        this.directory = directory;
        this.serverConfig = serverConfig;
    }

    /**
     * Starts a server on a free port of the loopback address, with an empty database. It ends when it is closed, at the
     * latest with this process.
     *
     * @throws UncheckedIOException if the server cannot be started
     */
    public static EmbeddedDatabase start() {
        return start(Map.of());
    }

    /**
     * As {@link #start()}, with more settings of the server.
     *
     * @param serverConfig as {@code postgresql.conf} has them
     */
    public static EmbeddedDatabase start(Map<String, String> serverConfig) {
        EmbeddedDatabase database = prepared(serverConfig);
        Runtime.getRuntime().addShutdownHook(database.closeAtExit);
        return database;
    }

    /** As {@link #start()}, but the caller must close it before the process ends. */
    static EmbeddedDatabase startUnguarded() {
        return prepared(Map.of());
    }

    private static EmbeddedDatabase prepared(Map<String, String> serverConfig) {
        try {
            EmbeddedDatabase database = new EmbeddedDatabase(
                    freePort(), Files.createTempDirectory("rampgate-embedded-postgres-"), serverConfig);
            database.restart();
            database.execute(
                    "postgres", "CREATE ROLE " + OWNER + " LOGIN CREATEDB PASSWORD '" + database.password() + "'");
            database.createDatabase(database.name());
            return database;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return "localhost";
    }

    public int port() {
        return port;
    }

    /** The name of the initial database. */
    public String name() {
        return OWNER;
    }

    public String user() {
        return OWNER;
    }

    public String password() {
        return "sandbox-only";
    }

    /** The JDBC address with credentials, for tests. */
    public String jdbcUrl() {
        return jdbcUrl(name());
    }

    private String jdbcUrl(String databaseName) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + databaseName + "?user=" + user() + "&password="
                + password();
    }

    /** Adds one more empty database to the server, for a test that wants its own. */
    public void createDatabase(String databaseName) {
        execute("postgres", "CREATE DATABASE \"" + databaseName + "\" OWNER " + OWNER);
    }

    /**
     * A hot standby that follows this server by streaming replication. This server is stopped briefly while its data is
     * copied.
     */
    public synchronized EmbeddedDatabase startStandby() {
        try {
            Path copy = Files.createTempDirectory("rampgate-embedded-standby-");
            stop();
            copyData(copy.resolve("data"));
            restart();
            Files.createFile(copy.resolve("data").resolve("standby.signal"));
            Files.writeString(
                    copy.resolve("data").resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n");
            EmbeddedDatabase standby = new EmbeddedDatabase(freePort(), copy, serverConfig);
            Runtime.getRuntime().addShutdownHook(standby.closeAtExit);
            standby.restart();
            return standby;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a standby a primary, as {@code pg_ctl promote} does; returns when it is one. */
    public void promote() {
        execute("postgres", "SELECT pg_promote()");
    }

    private void copyData(Path target) throws IOException {
        Path data = directory.resolve("data");
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                // The lock file belongs to this server.
                if (!file.getFileName().toString().startsWith("epg-lock")) {
                    Files.copy(file, target.resolve(data.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** Stops the server and keeps its data: open connections end, new ones are refused. Does nothing if it is stopped. */
    public synchronized void stop() {
        if (server != null) {
            thaw();
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                server = null;
            }
        }
    }

    /** Freezes all its processes (SIGSTOP): connections stay open, and nothing is answered. */
    public synchronized void freeze() {
        frozen = true;
        signal("STOP", processes());
    }

    /** Resumes a frozen server. Does nothing if it is not frozen. */
    public synchronized void thaw() {
        if (frozen) {
            frozen = false;
            signal("CONT", processes());
        }
    }

    /** Ends the server at once, as a failover does: connections are reset, open transactions are lost. */
    public synchronized void crash() {
        ProcessHandle postmaster = postmaster();
        // Immediate shutdown; the next start recovers what was committed.
        signal("QUIT", Stream.of(postmaster));
        postmaster.onExit().join();
        stop();
    }

    private Stream<ProcessHandle> processes() {
        ProcessHandle postmaster = postmaster();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants());
    }

    private ProcessHandle postmaster() {
        try (Stream<String> lines = Files.lines(directory.resolve("data").resolve("postmaster.pid"))) {
            long pid = Long.parseLong(lines.findFirst().orElseThrow().strip());
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void signal(String name, Stream<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.map(ProcessHandle::pid).map(String::valueOf).forEach(command::add);
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restarts a stopped server on the same port with the same data. Does nothing if it runs. */
    public synchronized void restart() {
        if (server != null) {
            return;
        }
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
            serverConfig.forEach(builder::setServerConfig);
            server = builder.setPort(port)
                    .setDataDirectory(directory.resolve("data"))
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_LIMIT)
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log()))
                    .setServerConfig("listen_addresses", "127.0.0.1,::1")
                    .setServerConfig("max_connections", "100")
                    // Off by default in this library; a crash could then lose commits.
                    .setServerConfig("synchronous_commit", "on")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The embedded PostgreSQL does not start on port " + port + ", see " + log(), e);
        }
    }

    /** The server's log, in a file to keep the console readable. */
    private File log() {
        return directory.resolve("postgres.log").toFile();
    }

    public synchronized boolean isRunning() {
        return server != null;
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException exiting) {
            // The process is ending already, so the hook cannot be taken back; releasing twice is harmless.
        }
        release();
    }

    private void release() {
        stop();
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Executes one statement; it never contains user input. */
    private void execute(String role, String statement) {
        Properties credentials = new Properties();
        credentials.setProperty("user", role);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + host() + ":" + port + "/postgres", credentials);
                Statement run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL refused a statement", e);
        }
    }

    /**
     * Below 32768: from there on the system takes the ports of outgoing connections, of which one could take this port while the
     * server is stopped. A client that tries again and again could even connect to itself.
     */
    private static int freePort() throws IOException {
        Random random = new Random();
        while (true) {
            try (ServerSocket socket = new ServerSocket(16_000 + random.nextInt(16_000))) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one is tried.
            }
        }
    }
}
