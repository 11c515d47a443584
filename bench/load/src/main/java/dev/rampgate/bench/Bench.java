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
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The benchmark: starts what is measured, loads each in turn, checks what the databases hold, prints one table. Called by
 * {@code bench/run}; everything that it starts ends with it.
 */
public final class Bench {

    static final int CONNECTIONS = 256;
    private static final String NATIVE = "Rampgate, native";
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

    /** Arguments: the repository; one of full, quick, smoke, growth, profile; how far the ledger grows, 10^7 by default. */
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
            run(mode, repository, arguments.length > 2 ? Long.parseLong(arguments[2]) : 10_000_000, folder, output);
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
        Wrk wrk = new Wrk(repository.resolve("bench/wrk"), folder, scale == Scale.SMOKE ? 32 : CONNECTIONS);

        say("starting what is measured");
        Database ledgerDatabase = server.create("rampgate");
        Rampgate rampgate = Rampgate.start(
                "rampgate", logs, artifact.onJvm(), ledgerDatabase, proofUrl, Map.of(WITHOUT_SOCKETS, "0"));
        Ledger ledger = new Ledger(ledgerDatabase);
        ledger.growTo(scale.ledger());
        Subject measured = new Subject(
                LiveWorkload.RAMPGATE,
                "archive, rules, nudge, plan of the next poll, publishing; in batches",
                rampgate.child(),
                rampgate.port(),
                Rampgate.WEBHOOK_PATH,
                ledgerDatabase,
                Subject.Books.RAMPGATE);
        List<Subject> subjects = new ArrayList<>(List.of(measured));
        subjects.addAll(webhookPeers(server));
        Subject idle = idle();
        subjects.add(idle);
        WebhookWorkload webhooks = new WebhookWorkload(results, scale, wrk, server, ledger, rampgate);
        subjects.forEach(subject -> subject.child().suspend());
        say("warming up");
        subjects.forEach(webhooks::warmUp);
        artifact.executable().ifPresent(executable -> subjects.add(nativeRampgate(server, proofUrl, executable)));
        ledgerDatabase.tidy();

        for (WebhookWorkload.Kind kind : WebhookWorkload.Kind.values()) {
            say(kind.title());
            webhooks.interleaved(
                    kind,
                    subjects.stream()
                            .filter(one -> scale.everySubjectEverywhere() || takesPart(one, kind))
                            .toList());
        }
        databaseLimit(server, proofUrl, wrk);
        latencies(webhooks, subjects);
        sessions(server, wrk, measured, proofPort, ledger);
        subjects.forEach(subject -> subject.child().close());

        LiveWorkload live = new LiveWorkload(results, scale, server, wrk, logs, artifact.onJvm());
        say("event streams");
        live.streams(proofUrl);
        try (ProofSandbox sandbox = ProofSandbox.start(repository, logs, Ports.free())) {
            say("from Proof's change to the browser's event");
            live.way(sandbox);
            say("polls against the budget");
            live.polls(sandbox);
        }
        say("starting");
        live.start(proofUrl);
        proof.close();
        return new Table(results).markdown();
    }

    private List<Subject> webhookPeers(PostgresServer server) {
        int processors = Runtime.getRuntime().availableProcessors();
        String does = "one INSERT ... ON CONFLICT DO NOTHING for each";
        return List.of(
                node(server, "express-pg", "Express + node-postgres, 1 process", "express_1", 1, does, Map.of()),
                node(server, "express-pg", "Express + node-postgres, cluster", "express_n", processors, does, Map.of()),
                node(server, "fastify-postgresjs", "Fastify + postgres.js, 1 process", "fastify_1", 1, does, Map.of()),
                node(
                        server,
                        "fastify-postgresjs",
                        "Fastify + postgres.js, cluster",
                        "fastify_n",
                        processors,
                        does,
                        Map.of()),
                spring(server, does));
    }

    private Subject node(
            PostgresServer server,
            String peer,
            String name,
            String database,
            int workers,
            String does,
            Map<String, String> more) {
        int port = Ports.free();
        Database own = peerDatabase(server, database);
        Map<String, String> environment = peerEnvironment(server, database, port);
        environment.put("WORKERS", Integer.toString(workers));
        environment.putAll(more);
        Child child = Child.start(
                database,
                logs,
                environment,
                List.of(
                        "node",
                        repository.resolve("bench/peers/" + peer + "/server.js").toString()));
        return listening(new Subject(name, does, child, port, "/proof-webhook", own, Subject.Books.PEER));
    }

    private Subject spring(PostgresServer server, String does) {
        int port = Ports.free();
        Database own = peerDatabase(server, "spring");
        Path jar = repository.resolve("bench/peers/spring-webflux-r2dbc/target/peer.jar");
        Child child = Child.start(
                "spring",
                logs,
                peerEnvironment(server, "spring", port),
                List.of("java", "-Xmx256m", "-XX:+UseSerialGC", "-jar", jar.toString()));
        return listening(
                new Subject("Spring WebFlux + R2DBC", does, child, port, "/proof-webhook", own, Subject.Books.PEER));
    }

    private Subject idle() {
        int port = Ports.free();
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(Rampgate.JVM_OPTIONS);
        command.addAll(List.of(
                "-jar",
                repository
                        .resolve("bench/idle-stack/target/quarkus-app/quarkus-run.jar")
                        .toString()));
        Child child = Child.start("idle-stack", logs, Map.of("QUARKUS_HTTP_PORT", Integer.toString(port)), command);
        return listening(new Subject(
                "limit: Rampgate's stack, idle",
                "parses, keeps nothing",
                child,
                port,
                Rampgate.WEBHOOK_PATH,
                null,
                null));
    }

    private Subject nativeRampgate(PostgresServer server, String proofUrl, Path executable) {
        Database own = server.create("rampgate_native");
        Rampgate rampgate = Rampgate.start(
                "rampgate-native",
                logs,
                List.of(executable.toString(), "-Xmx128m"),
                own,
                proofUrl,
                Map.of(WITHOUT_SOCKETS, "0"));
        new Ledger(own).growTo(scale.everySubjectEverywhere() ? 300_000 : 60_000);
        rampgate.child().suspend();
        return new Subject(
                NATIVE,
                "the same as Rampgate",
                rampgate.child(),
                rampgate.port(),
                Rampgate.WEBHOOK_PATH,
                own,
                Subject.Books.RAMPGATE);
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

    private static Subject listening(Subject subject) {
        Ports.await(
                subject.name() + " listens",
                Duration.ofSeconds(60),
                subject.child(),
                () -> Ports.listens(subject.port()));
        return subject;
    }

    /** Who is measured where not everybody is; of the executable, one kind is enough for a quick look. */
    private static boolean takesPart(Subject subject, WebhookWorkload.Kind kind) {
        return switch (kind) {
            case DUPLICATES -> true;
            case NEW -> !subject.name().equals(NATIVE);
            case UNKNOWN -> subject.name().equals(LiveWorkload.RAMPGATE);
        };
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

    private void latencies(WebhookWorkload webhooks, List<Subject> subjects) {
        String mix = WebhookWorkload.Kind.DUPLICATES.title();
        List<Subject> keeping =
                subjects.stream().filter(one -> !one.keepsNothing()).toList();
        double half = results.median(mix, LiveWorkload.RAMPGATE, WebhookWorkload.THROUGHPUT) / 2;
        String same = mix + ", at half of Rampgate's maximum";
        String own = mix + ", at half of its own maximum";
        atFixedRate(same, keeping.stream().filter(one -> !one.name().equals(NATIVE)).toList(), webhooks, one -> half);
        // The executable's maximum is another one, so that its half is, too.
        List<Subject> others = keeping.stream()
                .filter(one -> scale.everySubjectEverywhere() && !one.isRampgate()
                        || one.name().equals(NATIVE))
                .toList();
        atFixedRate(own, others, webhooks, one -> results.median(mix, one.name(), WebhookWorkload.THROUGHPUT) / 2);
    }

    private void atFixedRate(
            String title, List<Subject> subjects, WebhookWorkload webhooks, ToDoubleFunction<Subject> rate) {
        say(title);
        subjects.forEach(one -> results.row(title, one.name(), ""));
        for (int round = 0; round < scale.openRounds(); round++) {
            subjects.forEach(one -> webhooks.latency(title, one, rate.applyAsDouble(one)));
        }
    }

    private void sessions(PostgresServer server, Wrk wrk, Subject rampgate, int proofPort, Ledger ledger) {
        say("session opening");
        SessionWorkload sessions = new SessionWorkload(results, scale, wrk, server);
        Map<String, String> proof =
                Map.of("PROOF_BASE_URL", "http://127.0.0.1:" + proofPort, "PROOF_CLIENT_TOKEN", "client-token-canary");
        String row = "calls Proof, one INSERT";
        int processors = Runtime.getRuntime().availableProcessors();
        Subject express =
                node(server, "express-undici-session", "Express + undici, 1 process", "session_1", 1, row, proof);
        Subject cluster = node(
                server, "express-undici-session", "Express + undici, cluster", "session_n", processors, row, proof);
        int proxyPort = Ports.free();
        Child proxy = Nginx.proxy(folder, logs, proxyPort, proofPort);
        Subject nginx =
                new Subject("limit: nginx", "forwards, keeps nothing", proxy, proxyPort, "/session", null, null);
        Subject same = new Subject(
                rampgate.name(),
                "identity, rules, calls Proof, ledger, plan of polls",
                rampgate.child(),
                rampgate.port(),
                "/session",
                rampgate.database(),
                rampgate.books());
        String rows = "SELECT count(*) FROM session";
        List<SessionWorkload.Opener> openers = List.of(
                new SessionWorkload.Opener(same, "SELECT count(*) FROM transaction WHERE id NOT LIKE '%-%'"),
                new SessionWorkload.Opener(express, rows),
                new SessionWorkload.Opener(cluster, rows),
                new SessionWorkload.Opener(nginx, ""));
        openers.forEach(one -> one.subject().child().suspend());
        openers.forEach(sessions::warmUp);
        sessions.interleaved(openers);
        double half = results.median(SessionWorkload.OPENING, LiveWorkload.RAMPGATE, WebhookWorkload.THROUGHPUT) / 2;
        sessions.latency(openers, half);
        sessions.commit(cluster.database());
        say("reading transactions");
        sessions.reading(rampgate, 10_000 < ledger.size() ? 10_000 : ledger.size());
        List.of(express, cluster, nginx).forEach(one -> one.child().close());
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

    /** The recording stays beside the results, for whoever wants flame graphs of it. */
    private String profile(PostgresServer server) {
        int proofPort = Ports.free();
        Child proof = Nginx.proof(folder, logs, proofPort);
        Path recording = output.resolve("rampgate.jfr");
        Database database = server.create("profile");
        WebhookWorkload.Kind kind = WebhookWorkload.Kind.DUPLICATES;
        try (Rampgate rampgate = Rampgate.start(
                "rampgate",
                logs,
                artifact.onJvm("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints"),
                database,
                "http://127.0.0.1:" + proofPort,
                Map.of(WITHOUT_SOCKETS, "0"))) {
            Subject subject = new Subject(
                    LiveWorkload.RAMPGATE,
                    "recorded by JFR",
                    rampgate.child(),
                    rampgate.port(),
                    Rampgate.WEBHOOK_PATH,
                    database,
                    Subject.Books.RAMPGATE);
            WebhookWorkload webhooks = new WebhookWorkload(
                    results,
                    scale,
                    new Wrk(repository.resolve("bench/wrk"), folder, CONNECTIONS),
                    server,
                    new Ledger(database),
                    rampgate);
            webhooks.warmUp(subject);
            String pid = Long.toString(rampgate.child().pid());
            rampgate.child().resume();
            Run.quietly(folder, List.of("jcmd", pid, "JFR.start", "name=webhooks", "settings=profile"));
            webhooks.interleaved(kind, List.of(subject));
            rampgate.child().resume();
            Run.quietly(folder, List.of("jcmd", pid, "JFR.stop", "name=webhooks", "filename=" + recording));
        } finally {
            proof.close();
        }
        return new Table(results).markdown() + Profile.of(recording).markdown();
    }

    private static void say(String what) {
        System.err.printf("== %3d s: %s%n", (System.nanoTime() - STARTED) / 1_000_000_000, what);
    }
}
