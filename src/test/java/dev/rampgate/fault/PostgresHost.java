package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A machine of its own for an installed PostgreSQL, as far as one Linux can have several: a network namespace with cables that can be
 * pulled, and small disks, one for the data and one for the write-ahead log. Needs root, with the rights to mount and to set up
 * networks.
 */
final class PostgresHost implements AutoCloseable {

    static final int PORT = 5432;

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String DATA_SIZE = "size=192m";
    private static final String LOG_SIZE = "size=96m";

    private final String name;
    private final String address;
    private final Path folder;
    private Process server;

    /**
     * Without a server.
     *
     * @param name of at most 10 characters, which no other namespace has
     * @param network the first three bytes of its address; the test's own end is {@code .1}
     */
    PostgresHost(String name, String network) {
        this.name = name;
        this.address = network + ".2";
        try {
            // Another user must get through.
            this.folder = Files.createTempDirectory(
                    "rampgate-postgres-host-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String disk : List.of("data", "log")) {
                Files.createDirectory(folder.resolve(disk));
                run("mount", "-t", "tmpfs", "-o", disk.equals("data") ? DATA_SIZE : LOG_SIZE, "tmpfs", path(disk));
                run("chown", "postgres", path(disk));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("ip", "netns", "add", name);
        run("ip", "link", "add", name + "o", "type", "veth", "peer", "name", name + "i", "netns", name);
        run("ip", "address", "add", network + ".1/24", "dev", name + "o");
        run("ip", "link", "set", name + "o", "up");
        run("ip", "-n", name, "address", "add", address + "/24", "dev", name + "i");
        run("ip", "-n", name, "link", "set", name + "i", "up");
        run("ip", "-n", name, "link", "set", "lo", "up");
    }

    /** Whether this process may do what such machines need. */
    static boolean isPossible() {
        return succeeds("unshare", "--mount", "--net", "true")
                && succeeds("setpriv", "--version")
                && succeeds("ip", "netns", "list")
                && succeeds("id", "postgres")
                && binaries() != null;
    }

    /** A cable between two of them. */
    static void connect(PostgresHost one, PostgresHost other, String network) {
        run("ip", "-n", one.name, "link", "add", "peer", "type", "veth", "peer", "name", "peer", "netns", other.name);
        run("ip", "-n", one.name, "address", "add", network + ".1/24", "dev", "peer");
        run("ip", "-n", other.name, "address", "add", network + ".2/24", "dev", "peer");
        one.plugPeer();
        run("ip", "-n", other.name, "link", "set", "peer", "up");
    }

    String address() {
        return address;
    }

    /** A server with an empty database and a role of this name and password. */
    void initialize(String role, String password) {
        runAsPostgres(
                binaries().resolve("initdb").toString(),
                "-D",
                path("data/pg"),
                "-X",
                path("log/wal"),
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--no-locale",
                "--wal-segsize=1",
                "--no-sync");
        append("data/pg/pg_hba.conf", "host all all all trust\nhost replication all all trust\n");
        append("data/pg/postgresql.conf", """
                listen_addresses = '*'
                port = %d
                unix_socket_directories = ''
                max_wal_size = 32MB
                min_wal_size = 4MB
                wal_keep_size = 16MB
                fsync = off
                """.formatted(PORT));
        launch();
        execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + password + "'");
        execute("CREATE DATABASE " + role + " OWNER " + role);
    }

    /** Follows another one by streaming replication, from an address of the cable between them. */
    void follow(String primaryAddress) {
        List<String> command = new ArrayList<>(inNamespace());
        command.addAll(List.of(
                binaries().resolve("pg_basebackup").toString(),
                "-h",
                primaryAddress,
                "-U",
                "postgres",
                "-D",
                path("data/pg"),
                "--waldir",
                path("log/wal"),
                "-c",
                "fast",
                "-R",
                "--no-sync"));
        run(command.toArray(String[]::new));
        launch();
    }

    private void launch() {
        List<String> command = new ArrayList<>(inNamespace());
        command.addAll(List.of(binaries().resolve("postgres").toString(), "-D", path("data/pg")));
        try {
            server = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("server.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the server answers").atMost(LIMIT).until(this::answers);
    }

    /** As the platform does when a server ended by itself; does nothing while it runs. */
    void restartIfEnded() {
        if (!server.isAlive()) {
            launch();
        }
    }

    /** Nothing more fits. @param disk {@code data} or {@code log} */
    void fill(String disk) {
        // It ends with an error, when the disk is full.
        succeeds("dd", "if=/dev/zero", "of=" + path(disk + "/filler"), "bs=64k");
        succeeds("dd", "if=/dev/zero", "of=" + path(disk + "/filler2"), "bs=1k");
    }

    void makeSpace(String disk) {
        run("rm", "-f", path(disk + "/filler"), path(disk + "/filler2"));
    }

    /** Nothing passes between it and the test any more; the other end of the cable notices nothing. */
    void pullCable() {
        run("ip", "-n", name, "link", "set", name + "i", "down");
    }

    void plugCable() {
        run("ip", "-n", name, "link", "set", name + "i", "up");
    }

    /** The cable to its peer. */
    void pullPeer() {
        run("ip", "-n", name, "link", "set", "peer", "down");
    }

    void plugPeer() {
        run("ip", "-n", name, "link", "set", "peer", "up");
    }

    /** As its administrator. */
    void execute(String sql) {
        try (Connection connection = administrator();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it executed this. */
    boolean takes(String sql) {
        try (Connection connection = administrator();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException refused) {
            return false;
        }
    }

    boolean isTrue(String query) {
        try (Connection connection = administrator();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers() {
        assertThat(server.isAlive())
                .as("the server runs, see " + folder.resolve("server.log"))
                .isTrue();
        try (Connection connection = administrator()) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    private Connection administrator() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + address + ":" + PORT
                + "/postgres?user=postgres&connectTimeout=2&socketTimeout=20");
    }

    private List<String> inNamespace() {
        // None of these leaves a process of its own between this one and the server.
        return List.of(
                "ip", "netns", "exec", name, "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--");
    }

    private void runAsPostgres(String... command) {
        List<String> whole = new ArrayList<>(inNamespace());
        whole.addAll(List.of(command));
        run(whole.toArray(String[]::new));
    }

    private void append(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.writeString(path, Files.readString(path) + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String path(String below) {
        return folder.resolve(below).toString();
    }

    /** Of the newest installed PostgreSQL; null if there is none. */
    private static Path binaries() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.comparing(Path::toString))
                    .orElse(null);
        } catch (IOException none) {
            return null;
        }
    }

    private static void run(String... command) {
        assertThat(succeeds(command)).as(String.join(" ", command)).isTrue();
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    // Where any user may be.
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Nothing of it remains. */
    @Override
    public void close() {
        if (server != null) {
            // An immediate shutdown.
            succeeds("kill", "-QUIT", Long.toString(server.pid()));
            await("the server's end").atMost(LIMIT).until(() -> !server.isAlive());
        }
        succeeds("ip", "link", "delete", name + "o");
        succeeds("ip", "netns", "delete", name);
        for (String disk : List.of("data", "log")) {
            await("the disk is free").atMost(LIMIT).until(() -> succeeds("umount", path(disk)));
        }
        succeeds("rm", "-rf", folder.toString());
    }
}
