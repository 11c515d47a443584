package dev.rampgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The benchmark: starts what is measured, loads each in turn, checks what the databases hold, prints one table. Called by
 * {@code bench/run}; everything that it starts ends with it.
 */
public final class Bench {

    static final int CONNECTIONS = 256;
    private static final long STARTED = System.nanoTime();
    private static final String WITHOUT_SOCKETS = "RAMPGATE_SOCKET_MAX_CONNECTIONS";

    private final Path repository;
    private final Scale scale;
    private final Path folder;
    private final Path logs;
    private final Path output;
    private final Results results;
    private final Rampgate.Artifact artifact;
    private final long most;

    private Bench(Path repository, Scale scale, long most, Path folder, Path output) throws IOException {
        this.repository = repository;
        this.scale = scale;
        this.most = most;
        this.folder = folder;
        this.output = output;
        this.logs = Files.createDirectories(output.resolve("logs"));
        this.results = new Results(output);
        this.artifact = Rampgate.Artifact.of(repository);
    }

    /**
     * Arguments: the repository; one of full, quick, smoke, growth, profile, soak; how far the ledger grows, 10^7 by default, or how many
     * minutes the soak takes, 30 by default. The system property {@code only} names parts of the table, separated by commas: webhooks, sessions,
     * reading, events, live; without it all are measured.
     */
    public static void main(String[] arguments) throws IOException {
        Path repository = Path.of(arguments[0]).toAbsolutePath().normalize();
        String mode = arguments.length > 1 ? arguments[1] : "full";
        // PostgreSQL and nginx may run as other users, who must get in.
        Path folder = Files.createTempDirectory(
                "rampgate-bench-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path output = Files.createDirectories(repository
                .resolve("bench/results")
                .resolve(mode + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"))));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(folder), "clean-up"));
        try {
            run(mode, repository, arguments.length > 2 ? Long.parseLong(arguments[2]) : mode.equals("soak") ? 30 : 10_000_000, folder, output);
        } catch (BenchFailure failure) {
            System.err.println("The benchmark FAILED: " + failure.getMessage());
            System.err.println("Logs and what was measured until then: " + output);
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(String mode, Path repository, long most, Path folder, Path output) throws IOException {
        long start = System.nanoTime();
        Scale scale =
                switch (mode) {
                    case "quick" -> Scale.QUICK;
                    case "smoke" -> Scale.SMOKE;
                    default -> Scale.FULL;
                };
        Bench bench = new Bench(repository, scale, most, folder, output);
        try (PostgresServer server = PostgresServer.start(folder, bench.logs)) {
            String found =
                    switch (mode) {
                        case "growth" -> bench.growth(server);
                        case "profile" -> bench.profile(server);
                        case "soak" -> bench.soak(server);
                        default -> bench.table(server);
                    };
            String report = Machine.describe(server, folder, mode) + "\n" + found;
            Files.writeString(output.resolve("table.md"), report);
            System.out.println(report);
            System.err.printf("It took %d s. Raw results: %s%n", (System.nanoTime() - start) / 1_000_000_000, output);
        }
    }

    static void cleanUp(Path folder) {
        Child.endAll();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + folder);
        }
    }

    // --- everything

    private String table(PostgresServer server) {
        int proofPort = Ports.free();
        Child proof = Nginx.proof(folder, logs, proofPort);
        String proofUrl = "http://127.0.0.1:" + proofPort;
        boolean smoke = scale == Scale.SMOKE;
        Wrk wrk = new Wrk(repository.resolve("bench/wrk"), folder, smoke ? 32 : CONNECTIONS, smoke);

        List<Subject> rampgates = rampgates(server, proofUrl);
        List<Subject> peers = webhookPeers(server);
        List<Subject> subjects = new ArrayList<>(rampgates);
        subjects.addAll(peers);
        subjects.add(idle());
        if (isAsked("webhooks")) {
            webhooks(server, wrk, subjects);
            databaseLimit(server, proofUrl, wrk);
        }
        if (isAsked("sessions")) {
            sessions(server, wrk, rampgates, proofPort);
        }
        if (isAsked("reading")) {
            reading(server, wrk, rampgates, peers.subList(0, 2));
        }
        if (isAsked("events")) {
            outbox(server, proofUrl);
        }
        if (isAsked("live")) {
            live(server, wrk, proofUrl);
        }
        proof.close();
        return new Table(results).markdown();
    }

    private static boolean isAsked(String part) {
        String only = System.getProperty("only", "");
        return only.isEmpty() || List.of(only.split(",")).contains(part);
    }

    private void live(PostgresServer server, Wrk wrk, String proofUrl) {
        LiveWorkload live = new LiveWorkload(results, scale, server, wrk, logs, LiveWorkload.RAMPGATE, artifact.onJvm());
        Optional<LiveWorkload> nativeLive = artifact.executable()
                .map(executable -> new LiveWorkload(
                        results, scale, server, wrk, logs, LiveWorkload.NATIVE, onItsOwn(executable)));
        say("event streams");
        live.streams(proofUrl);
        nativeLive.ifPresent(one -> one.streams(proofUrl));
        try (ProofSandbox sandbox = ProofSandbox.start(repository, logs, Ports.free())) {
            say("from Proof's change to the browser's event");
            live.way(sandbox);
            say("polls against the budget");
            live.polls(sandbox);
        }
        say("starting");
        live.start(proofUrl);
        nativeLive.ifPresent(one -> one.start(proofUrl));
    }

    /** The packaged artifact, and the executable if it is there. */
    private List<Subject> rampgates(PostgresServer server, String proofUrl) {
        List<Subject> rampgates = new ArrayList<>();
        rampgates.add(rampgate(
                server,
                proofUrl,
                LiveWorkload.RAMPGATE,
                "archive, rules, nudge, plan of the next poll, publishing; in batches",
                "rampgate",
                artifact.onJvm()));
        artifact.executable()
                .ifPresent(executable -> rampgates.add(rampgate(
                        server,
                        proofUrl,
                        LiveWorkload.NATIVE,
                        "the same as Rampgate",
                        "rampgate_native",
                        onItsOwn(executable))));
        return rampgates;
    }

    private Subject rampgate(
            PostgresServer server,
            String proofUrl,
            String name,
            String does,
            String database,
            List<String> command) {
        Database own = server.create(database);
        return Subject.rampgate(
                name,
                does,
                () -> Rampgate.start(database, logs, command, own, proofUrl, Map.of(WITHOUT_SOCKETS, "0")),
                own);
    }

    /** As the deployments start it. */
    private static List<String> onItsOwn(Path executable) {
        return List.of(executable.toString(), "-Xmx128m", "-XX:MaxNewSize=32m");
    }

    /** Each subject is started, warmed up, measured and ended, in turn, so that nothing else runs beside it. */
    private void webhooks(PostgresServer server, Wrk wrk, List<Subject> subjects) {
        WebhookWorkload webhooks = new WebhookWorkload(results, scale, wrk, server);
        String mix = WebhookWorkload.Kind.DUPLICATES.title();
        String atHalf = mix + ", at half of Rampgate's maximum";
        String atNativeHalf = mix + ", at half of the native executable's maximum";
        String atOwnHalf = mix + ", at half of its own maximum";
        for (WebhookWorkload.Kind kind : WebhookWorkload.Kind.values()) {
            subjects.stream()
                    .filter(one -> takesPart(one, kind))
                    .forEach(one -> results.row(kind.title(), one.name(), one.does()));
        }
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Subject subject : subjects) {
                say("webhooks, round " + round + ": " + subject.name());
                if (subject.isRampgate()) {
                    growOnce(subject);
                }
                subject.whileRunning(() -> {
                    webhooks.warmUp(subject);
                    for (WebhookWorkload.Kind kind : WebhookWorkload.Kind.values()) {
                        if (takesPart(subject, kind)) {
                            webhooks.throughput(kind, subject);
                        }
                    }
                    if (subject.keepsNothing()) {
                        return;
                    }
                    boolean executable = subject.name().equals(LiveWorkload.NATIVE);
                    if (!executable) {
                        webhooks.latency(atHalf, subject, half(mix, LiveWorkload.RAMPGATE));
                    }
                    if (!subject.name().equals(LiveWorkload.RAMPGATE) && artifact.executable().isPresent()) {
                        webhooks.latency(atNativeHalf, subject, half(mix, LiveWorkload.NATIVE));
                    }
                    if (!subject.isRampgate() && scale.everySubjectEverywhere()) {
                        webhooks.latency(atOwnHalf, subject, half(mix, subject.name()));
                    }
                });
            }
        }
    }

    /** Rampgate starts with its tables, so it is started once to make them. */
    private void growOnce(Subject rampgate) {
        if (rampgate.ledger().size() == 0) {
            rampgate.whileRunning(() -> rampgate.ledger().growTo(scale.ledger()));
        }
    }

    /** Half of what was measured last, in the same round. */
    private double half(String workload, String subject) {
        return results.latest(workload, subject, WebhookWorkload.THROUGHPUT) / 2;
    }

    /** Unknown ids are measured for Rampgate alone. */
    private static boolean takesPart(Subject subject, WebhookWorkload.Kind kind) {
        return kind != WebhookWorkload.Kind.UNKNOWN || subject.name().equals(LiveWorkload.RAMPGATE);
    }

    private List<Subject> webhookPeers(PostgresServer server) {
        int processors = Runtime.getRuntime().availableProcessors();
        String does = "one INSERT ... ON CONFLICT DO NOTHING for each";
        return List.of(
                webhookPeer(server, "express-pg", "Express + node-postgres, 1 process", "express_1", 1, does),
                webhookPeer(server, "express-pg", "Express + node-postgres, cluster", "express_n", processors, does),
                webhookPeer(server, "fastify-postgresjs", "Fastify + postgres.js, 1 process", "fastify_1", 1, does),
                webhookPeer(
                        server, "fastify-postgresjs", "Fastify + postgres.js, cluster", "fastify_n", processors, does),
                spring(server, does));
    }

    private Subject webhookPeer(
            PostgresServer server, String peer, String name, String database, int workers, String does) {
        return node(server, peer + "/server.js", name, database, workers, does, "/proof-webhook", Map.of());
    }

    private Subject node(
            PostgresServer server,
            String script,
            String name,
            String database,
            int workers,
            String does,
            String path,
            Map<String, String> more) {
        Database own = peerDatabase(server, database);
        return Subject.peer(
                name,
                does,
                () -> {
                    int port = Ports.free();
                    Map<String, String> environment = peerEnvironment(server, database, port);
                    environment.put("WORKERS", Integer.toString(workers));
                    environment.putAll(more);
                    List<String> command = List.of(
                            "node",
                            repository.resolve("bench/peers/" + script).toString());
                    return listening(name, Child.start(database, logs, environment, command), port);
                },
                path,
                own);
    }

    private Subject spring(PostgresServer server, String does) {
        Database own = peerDatabase(server, "spring");
        Path jar = repository.resolve("bench/peers/spring-webflux-r2dbc/target/peer.jar");
        String name = "Spring WebFlux + R2DBC";
        return Subject.peer(
                name,
                does,
                () -> {
                    int port = Ports.free();
                    List<String> command = List.of("java", "-Xmx256m", "-XX:+UseSerialGC", "-jar", jar.toString());
                    return listening(
                            name, Child.start("spring", logs, peerEnvironment(server, "spring", port), command), port);
                },
                "/proof-webhook",
                own);
    }

    private Subject idle() {
        String name = "limit: Rampgate's stack, idle";
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(Rampgate.JVM_OPTIONS);
        command.addAll(List.of(
                "-jar",
                repository
                        .resolve("bench/idle-stack/target/quarkus-app/quarkus-run.jar")
                        .toString()));
        return Subject.limit(
                name,
                "parses, keeps nothing",
                () -> {
                    int port = Ports.free();
                    Map<String, String> environment = Map.of("QUARKUS_HTTP_PORT", Integer.toString(port));
                    return listening(name, Child.start("idle-stack", logs, environment, command), port);
                },
                Rampgate.WEBHOOK_PATH);
    }

    private Database peerDatabase(PostgresServer server, String name) {
        Database database = server.create(name);
        try {
            database.execute(Files.readString(repository.resolve("bench/peers/tables.sql")));
        } catch (IOException e) {
            throw new BenchFailure("peers/tables.sql: " + e.getMessage(), e);
        }
        return database;
    }

    private static Map<String, String> peerEnvironment(PostgresServer server, String database, int port) {
        Map<String, String> environment = new HashMap<>(server.environment(database));
        environment.put("PORT", Integer.toString(port));
        environment.put("POOL", "10"); // as many connections as Rampgate has; more made no peer faster
        environment.put("NODE_ENV", "production");
        return environment;
    }

    private static Subject.Running listening(String name, Child child, int port) {
        Ports.await(name + " listens", Duration.ofSeconds(180), child, () -> Ports.listens(port));
        return new Subject.Running(child, port, null);
    }

    private void databaseLimit(PostgresServer server, String proofUrl, Wrk wrk) {
        say("the limit of the database");
        String title = WebhookWorkload.Kind.NEW.title();
        String name = "limit: pgbench, the same batches";
        DatabaseLimit limit = new DatabaseLimit(server, folder);
        Database database = server.create("captured");
        limit.listen(true);
        try (Rampgate rampgate = Rampgate.start(
                "rampgate-captured", logs, artifact.onJvm(), database, proofUrl, Map.of(WITHOUT_SOCKETS, "0"))) {
            new Ledger(database).growTo(40_000);
            wrk.run("webhooks.lua", rampgate.port(), Duration.ofSeconds(2), Rampgate.WEBHOOK_PATH, "new", "0");
        } finally {
            limit.listen(false);
        }
        List<DatabaseLimit.Batch> batches =
                DatabaseLimit.batches(server.process().log());
        if (batches.isEmpty()) {
            throw new BenchFailure("no batch of webhooks is in PostgreSQL's log");
        }
        double size = batches.stream()
                .mapToInt(DatabaseLimit.Batch::webhooks)
                .average()
                .orElseThrow();
        results.row(title, name, "batches of " + Samples.number(size, 0) + " without any server");
        for (int round = 0; round < scale.rounds(); round++) {
            double best = 0;
            for (int clients : List.of(2, 4)) {
                // Every run changes the same rows, and leaves as many dead ones for the next to step over.
                database.tidy();
                best = Math.max(best, limit.run(database.name(), batches, clients, scale.slice()));
            }
            results.add(title, name, WebhookWorkload.THROUGHPUT, best);
        }
    }

    private void sessions(PostgresServer server, Wrk wrk, List<Subject> rampgates, int proofPort) {
        SessionWorkload sessions = new SessionWorkload(results, scale, wrk, server);
        rampgates.forEach(this::growOnce);
        Map<String, String> proof =
                Map.of("PROOF_BASE_URL", "http://127.0.0.1:" + proofPort, "PROOF_CLIENT_TOKEN", "client-token-canary");
        String row = "calls Proof, one INSERT";
        String script = "express-undici-session/server.js";
        int processors = Runtime.getRuntime().availableProcessors();
        Subject express = node(server, script, "Express + undici, 1 process", "session_1", 1, row, "/session", proof);
        Subject cluster =
                node(server, script, "Express + undici, cluster", "session_n", processors, row, "/session", proof);
        Subject nginx = Subject.limit(
                "limit: nginx",
                "forwards, keeps nothing",
                () -> {
                    int port = Ports.free();
                    return listening("nginx", Nginx.proxy(folder, logs, port, proofPort), port);
                },
                "/session");
        String rows = "SELECT count(*) FROM session";
        // Express first: the latency of all is measured at half of its maximum.
        List<SessionWorkload.Opener> openers = new ArrayList<>(List.of(
                new SessionWorkload.Opener(express, rows),
                new SessionWorkload.Opener(cluster, rows),
                new SessionWorkload.Opener(nginx, "")));
        rampgates.forEach(one -> openers.add(new SessionWorkload.Opener(
                one.as("identity, rules, calls Proof, ledger, plan of polls", "/session"),
                "SELECT count(*) FROM transaction WHERE id NOT LIKE '%-%'")));
        openers.forEach(one -> results.row(
                SessionWorkload.OPENING, one.subject().name(), one.subject().does()));
        openers.forEach(one -> results.row(
                SessionWorkload.OPENING_LATENCY,
                one.subject().name(),
                one.subject().does() + "; at half of the better Express's maximum"));
        for (int round = 1; round <= scale.rounds(); round++) {
            for (SessionWorkload.Opener opener : openers) {
                say("sessions, round " + round + ": " + opener.subject().name());
                opener.subject().whileRunning(() -> {
                    sessions.warmUp(opener);
                    sessions.throughput(opener);
                    double half = DoubleStream.of(
                                    half(SessionWorkload.OPENING, express.name()),
                                    half(SessionWorkload.OPENING, cluster.name()))
                            .filter(Double::isFinite)
                            .max()
                            .orElseThrow();
                    sessions.latency(opener.subject(), half);
                });
            }
            sessions.commit(cluster.database());
        }
    }

    private void reading(PostgresServer server, Wrk wrk, List<Subject> rampgates, List<Subject> express) {
        SessionWorkload sessions = new SessionWorkload(results, scale, wrk, server);
        rampgates.forEach(this::growOnce);
        long transactions = Math.min(10_000, scale.ledger());
        express.forEach(one -> one.database().execute("""
                INSERT INTO transaction
                SELECT 'bench-' || n, '%s', 'buy', 'pending', 'USDC', 'ERC20', '42.75', now(), now()
                FROM generate_series(0, %d) AS n
                """.formatted(Ledger.user(), transactions - 1)));
        List<Subject> readers = new ArrayList<>();
        rampgates.forEach(one -> readers.add(one.as("identity, owner check, the whole timeline", one.path())));
        express.forEach(one -> readers.add(one.as("one row by its key and its user", one.path())));
        readers.forEach(one -> results.row(SessionWorkload.READING, one.name(), one.does()));
        rampgates.forEach(one -> results.row(
                SessionWorkload.READING_AGAIN, one.name(), "one transaction that has not changed: 304, no body"));
        for (int round = 1; round <= scale.rounds(); round++) {
            for (Subject reader : readers) {
                say("reading, round " + round + ": " + reader.name());
                reader.whileRunning(() -> sessions.reading(reader, transactions));
            }
        }
    }

    private void outbox(PostgresServer server, String proofUrl) {
        OutboxWorkload outbox = new OutboxWorkload(results, scale, folder);
        for (int endpoints : List.of(1, 5)) {
            try (EventReceiver receiver = new EventReceiver()) {
                List<String> urls = receiver.urls(endpoints);
                Map<String, String> settings = outbox.settings(urls);
                List<Subject> subjects = new ArrayList<>();
                subjects.add(
                        withEndpoints(server, proofUrl, LiveWorkload.RAMPGATE, endpoints, artifact.onJvm(), settings));
                artifact.executable()
                        .ifPresent(executable -> subjects.add(withEndpoints(
                                server, proofUrl, LiveWorkload.NATIVE, endpoints, onItsOwn(executable), settings)));
                subjects.add(node(
                        server,
                        "express-pg/outbox.js",
                        "Express + node-postgres, an outbox",
                        "outbox_" + endpoints,
                        1,
                        "inserts a row of the outbox, a worker sends it: unsigned, failures are sent again at once",
                        "/proof-webhook",
                        Map.of("ENDPOINTS", String.join(" ", urls))));
                for (Subject subject : subjects) {
                    say("events to " + endpoints + " endpoints: " + subject.name());
                    subject.whileRunning(() -> outbox.run(
                            subject,
                            receiver,
                            endpoints,
                            subject.isRampgate() ? OutboxWorkload.Books.RAMPGATE : OutboxWorkload.Books.PEER));
                }
            }
        }
    }

    private Subject withEndpoints(
            PostgresServer server,
            String proofUrl,
            String name,
            int endpoints,
            List<String> command,
            Map<String, String> settings) {
        String database =
                (name.equals(LiveWorkload.NATIVE) ? "rampgate_native_" : "rampgate_") + "endpoints_" + endpoints;
        Database own = server.create(database);
        return Subject.rampgate(
                name,
                "events in the batch, signed, in order, retried",
                () -> Rampgate.start(database, logs, command, own, proofUrl, settings),
                own);
    }

    // --- alone

    private String growth(PostgresServer server) {
        int proofPort = Ports.free();
        Child proof = Nginx.proof(folder, logs, proofPort);
        Database database = server.create("growth");
        Growth.prepare(server, database);
        try (Rampgate rampgate = Rampgate.start(
                "rampgate",
                logs,
                artifact.onJvm(),
                database,
                "http://127.0.0.1:" + proofPort,
                Map.of(WITHOUT_SOCKETS, "0"))) {
            return new Growth(server, results, rampgate).table(most);
        } finally {
            proof.close();
        }
    }

    /** The recording stays beside the results, for flame graphs. */
    private String profile(PostgresServer server) {
        int proofPort = Ports.free();
        Child proof = Nginx.proof(folder, logs, proofPort);
        Path recording = output.resolve("rampgate.jfr");
        WebhookWorkload.Kind kind = WebhookWorkload.Kind.DUPLICATES;
        try {
            Subject subject = rampgate(
                    server,
                    "http://127.0.0.1:" + proofPort,
                    LiveWorkload.RAMPGATE,
                    "recorded by JFR",
                    "profile",
                    artifact.onJvm("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints"));
            results.row(kind.title(), subject.name(), subject.does());
            WebhookWorkload webhooks = new WebhookWorkload(
                    results, scale, new Wrk(repository.resolve("bench/wrk"), folder, CONNECTIONS, false), server);
            subject.whileRunning(() -> {
                webhooks.warmUp(subject);
                String pid = Long.toString(subject.child().pid());
                Run.quietly(folder, List.of("jcmd", pid, "JFR.start", "name=webhooks", "settings=profile"));
                for (int round = 0; round < scale.rounds(); round++) {
                    webhooks.throughput(kind, subject);
                }
                Run.quietly(folder, List.of("jcmd", pid, "JFR.stop", "name=webhooks", "filename=" + recording));
            });
        } finally {
            proof.close();
        }
        return new Table(results).markdown() + Profile.of(recording).markdown();
    }

    private String soak(PostgresServer server) {
        int proofPort = Ports.free();
        Child proof = Nginx.proof(folder, logs, proofPort);
        StringBuilder tables = new StringBuilder();
        try {
            WebhookWorkload webhooks = new WebhookWorkload(
                    results, scale, new Wrk(repository.resolve("bench/wrk"), folder, CONNECTIONS, false), server);
            for (Subject subject : rampgates(server, "http://127.0.0.1:" + proofPort)) {
                say("soak: " + subject.name());
                growOnce(subject);
                subject.whileRunning(() -> tables.append(new Soak(webhooks, results).run(subject, (int) most)));
            }
        } finally {
            proof.close();
        }
        return tables.toString();
    }

    private static void say(String what) {
        System.err.printf("== %3d s: %s%n", (System.nanoTime() - STARTED) / 1_000_000_000, what);
    }
}
