package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What browsers see: the whole way from Proof's change to the event, very many streams, and very many polls. */
final class LiveWorkload {

    static final String WAY = "from Proof's change to the browser's event";
    static final String STREAMS = "event streams";
    static final String POLLS = "unsettled transactions, polled";
    static final String RAMPGATE = "Rampgate";
    static final String NATIVE = "Rampgate, native";

    /** After which a process that was just started is at rest. */
    private static final Duration AT_REST = Duration.ofSeconds(5);

    /** Below the half of {@code rampgate.poll.nudged-max-rate}, so that webhooks are not kept waiting by the budget. */
    private static final int MOVES_PER_SECOND = 4;

    private static final int TRANSITIONS_PER_SECOND = 200;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern ID = Pattern.compile("\"merchant_transaction_id\":\"([^\"]+)\"");

    private final Results results;
    private final Scale scale;
    private final PostgresServer server;
    private final Wrk wrk;
    private final Path logs;
    private final String who;
    private final List<String> command;

    /** @param who {@link #RAMPGATE} or {@link #NATIVE}, which the command starts */
    LiveWorkload(
            Results results,
            Scale scale,
            PostgresServer server,
            Wrk wrk,
            Path logs,
            String who,
            List<String> command) {
        this.results = results;
        this.scale = scale;
        this.server = server;
        this.wrk = wrk;
        this.logs = logs;
        this.who = who;
        this.command = command;
    }

    // --- the whole way

    void way(ProofSandbox proof) {
        way(proof, "socket", "500", false);
        way(proof, "webhook", "0", true);
        way(proof, "poll", "0", false);
    }

    private void way(ProofSandbox proof, String channel, String sockets, boolean webhooks) {
        results.row(WAY, "by " + channel, "opened by POST /session; only this channel reports");
        try (Rampgate rampgate = Rampgate.start(
                        "rampgate-way-" + channel,
                        logs,
                        command,
                        server.create("way_" + channel),
                        proof.url(),
                        Map.of(
                                "RAMPGATE_SOCKET_MAX_CONNECTIONS",
                                sockets,
                                "RAMPGATE_LIVE_MAX_STREAMS_PER_USER",
                                "10000",
                                "RAMPGATE_LIVE_LIMITS_USER",
                                "off"));
                EventStreams streams = new EventStreams()) {
            proof.webhooksTo(webhooks ? "http://127.0.0.1:" + rampgate.port() + Rampgate.WEBHOOK_PATH : "");
            List<String> ids = IntStream.range(0, scale.movesBefore() + scale.moves())
                    .mapToObj(n -> open(rampgate))
                    .toList();
            ids.forEach(id -> streams.follow(rampgate.port(), id, Ledger.user()));
            streams.start();
            Ports.await("all streams are open", LIMIT, rampgate.child(), () -> streams.open() == ids.size());
            if (!sockets.equals("0")) {
                Ports.await("all have a socket", LIMIT, rampgate.child(), () -> ids.stream()
                        .allMatch(id -> proof.sockets(id) > 0));
            }
            Samples millis = new Samples();
            List<String> first = ids.subList(0, scale.movesBefore());
            List<String> measured = ids.subList(scale.movesBefore(), ids.size());
            move(proof, first, "pay", "processing", streams, rampgate, new Samples(), channel);
            move(proof, measured, "pay", "processing", streams, rampgate, millis, channel);
            move(proof, measured, "complete", "completed", streams, rampgate, millis, channel);
            results.add(WAY, "by " + channel, WebhookWorkload.P50, millis.percentile(50));
            results.add(WAY, "by " + channel, WebhookWorkload.P99, millis.percentile(99));
        } finally {
            proof.webhooksTo("");
        }
    }

    private static void move(
            ProofSandbox proof,
            List<String> ids,
            String action,
            String status,
            EventStreams streams,
            Rampgate rampgate,
            Samples millis,
            String channel) {
        Map<String, Long> movedAt = new HashMap<>();
        long next = System.nanoTime();
        for (String id : ids) {
            LockSupport.parkNanos(next - System.nanoTime());
            next += TimeUnit.SECONDS.toNanos(1) / MOVES_PER_SECOND;
            movedAt.put(id, System.nanoTime());
            proof.drive(id, action);
        }
        Ports.await("every browser hears " + status + " by " + channel, LIMIT, rampgate.child(), () -> ids.stream()
                .allMatch(id -> streams.cameAt(id, status) != null));
        ids.forEach(id -> millis.add((streams.cameAt(id, status) - movedAt.get(id)) / 1e6));
    }

    private static String open(Rampgate rampgate) {
        try {
            HttpResponse<String> answer = Ports.HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rampgate.port() + "/session"))
                            .header("Content-Type", "application/json")
                            .header("X-User-Id", Ledger.user())
                            .header("X-User-Email", "jo@example.test")
                            .header("X-Gateway-Secret", Request.GATEWAY_SECRET)
                            .POST(HttpRequest.BodyPublishers.ofString(Request.SESSION))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            Matcher id = ID.matcher(answer.body());
            if (answer.statusCode() != 201 || !id.find()) {
                throw new BenchFailure("no session: " + answer.statusCode());
            }
            return id.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
    }

    // --- streams

    /** Believed webhooks move transactions, since polls would be limited by the budget. */
    void streams(String proofUrl) {
        String title = Samples.number(scale.streams(), 0) + " " + STREAMS;
        results.row(
                title,
                who,
                "from sending a believed webhook to the event, " + TRANSITIONS_PER_SECOND + " a second");
        Database database = server.create(named("streams"));
        try (Rampgate rampgate = Rampgate.start(
                        "rampgate-streams",
                        logs,
                        command,
                        database,
                        proofUrl,
                        Map.of(
                                "RAMPGATE_WEBHOOK_TRUST", "authoritative",
                                "RAMPGATE_SOCKET_MAX_CONNECTIONS", "0",
                                "RAMPGATE_LIVE_MAX_STREAMS_PER_USER", "20000",
                                "RAMPGATE_LIVE_LIMITS_USER", "off"));
                EventStreams streams = new EventStreams()) {
            Duration warmUp = scale.compilingLittle();
            new Ledger(database).growTo(scale.streams() + WebhookWorkload.mostTransactions(warmUp));
            // Of other transactions than those that are followed; two webhooks for each.
            wrk.run(
                    "webhooks.lua",
                    rampgate.port(),
                    warmUp,
                    Rampgate.WEBHOOK_PATH,
                    "new",
                    Long.toString(2L * scale.streams()));
            for (int n = 0; n < scale.streams(); n++) {
                streams.follow(rampgate.port(), "bench-" + n, Ledger.user());
            }
            streams.start();
            Ports.await("all streams are open", LIMIT, rampgate.child(), () -> streams.open() == scale.streams());
            long[] sentAt = new long[scale.moved()];
            OpenLoad.Result sent = new OpenLoad(rampgate.port())
                    .run(
                            TRANSITIONS_PER_SECOND,
                            Duration.ZERO,
                            Duration.ofMillis(1_000L * scale.moved() / TRANSITIONS_PER_SECOND),
                            n -> {
                                sentAt[(int) n] = System.nanoTime();
                                return Request.webhook(Rampgate.WEBHOOK_PATH, "bench-" + n, "processing");
                            });
            int moved = (int) sent.sent();
            Ports.await("every stream has its event", LIMIT, rampgate.child(), () -> IntStream.range(0, moved)
                    .allMatch(n -> streams.cameAt("bench-" + n, "processing") != null));
            Samples millis = new Samples();
            for (int n = 0; n < moved; n++) {
                millis.add((streams.cameAt("bench-" + n, "processing") - sentAt[n]) / 1e6);
            }
            if (streams.lost() > 0) {
                throw new BenchFailure(streams.lost() + " streams were lost");
            }
            results.add(title, who, WebhookWorkload.P50, millis.percentile(50));
            results.add(title, who, WebhookWorkload.P99, millis.percentile(99));
            results.add(
                    title, who, WebhookWorkload.MEMORY, rampgate.child().residentBytes() / 1e6);
        }
    }

    // --- polls

    void polls(ProofSandbox proof) {
        String title = Samples.number(scale.unsettled(), 0) + " " + POLLS;
        results.row(title, who, "all due at once, budget 20 a second");
        Database database = server.create("polls");
        for (int n = 0; n < scale.unsettled(); n++) {
            proof.open("due-" + n);
        }
        try (Rampgate rampgate = Rampgate.start(
                "rampgate-polls",
                logs,
                command,
                database,
                proof.url(),
                Map.of("RAMPGATE_SOCKET_MAX_CONNECTIONS", "0"))) {
            new Ledger(database).put("due-", 0, scale.unsettled(), "1 s", "0 s");
            database.tidy();
            Ports.pause(Duration.ofSeconds(3));
            proof.forgetCalls();
            Usage used = Usage.of(rampgate.child(), server);
            Ports.pause(scale.polling());
            Usage use = Usage.of(rampgate.child(), server).since(used);
            List<Instant> calls = proof.polls();
            if (calls.isEmpty()) {
                throw new BenchFailure(
                        "nothing was polled:\n" + rampgate.child().tail());
            }
            results.add(
                    title,
                    who,
                    WebhookWorkload.THROUGHPUT,
                    calls.size() / (scale.polling().toMillis() / 1e3));
            results.add(title, who, "most in a second", mostInASecond(calls));
            results.add(title, who, WebhookWorkload.OWN_MICROS, use.own() * 1e6 / calls.size());
            results.add(title, who, WebhookWorkload.DATABASE_MICROS, use.database() * 1e6 / calls.size());
        }
    }

    private static int mostInASecond(List<Instant> sorted) {
        int most = 0;
        int first = 0;
        for (int last = 0; last < sorted.size(); last++) {
            while (Duration.between(sorted.get(first), sorted.get(last)).toMillis() >= 1_000) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    // --- start

    void start(String proofUrl) {
        results.row("start", who, "from the command to ready, on tables that are there");
        Database database = server.create(named("started"));
        Map<String, String> settings = Map.of("RAMPGATE_SOCKET_MAX_CONNECTIONS", "0");
        Rampgate.start("rampgate-first-start", logs, command, database, proofUrl, settings)
                .close();
        for (int round = 0; round < scale.rounds(); round++) {
            try (Rampgate rampgate = Rampgate.start("rampgate-start", logs, command, database, proofUrl, settings)) {
                results.add("start", who, "seconds", rampgate.secondsToReady());
                Ports.pause(AT_REST);
                results.add("start", who, WebhookWorkload.MEMORY, rampgate.child().residentBytes() / 1e6);
            }
        }
    }

    private String named(String database) {
        return who.equals(RAMPGATE) ? database : database + "_native";
    }
}
