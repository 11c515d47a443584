package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Opening sessions at a Proof that answers at once, reading a transaction, and what one durable commit takes. */
final class SessionWorkload {

    static final String OPENING = "session opening";
    static final String OPENING_LATENCY = "session opening at a fixed rate";
    static final String READING = "GET /transactions/{id}";
    static final String COMMIT = "one durable commit of one row";

    static final String READING_AGAIN = "GET /transactions/{id} with If-None-Match";

    /** Each opens few sessions, as people do. */
    private static final String USERS = "1000000";

    private final Results results;
    private final Scale scale;
    private final Wrk wrk;
    private final PostgresServer server;
    private final WarmUp warmUp;

    SessionWorkload(Results results, Scale scale, Wrk wrk, PostgresServer server) {
        this.results = results;
        this.scale = scale;
        this.wrk = wrk;
        this.server = server;
        this.warmUp = new WarmUp(results, scale);
    }

    /** @param sessions counts the sessions in the database of the subject */
    record Opener(Subject subject, String sessions) {}

    void warmUp(Opener opener) {
        warmUp.run(OPENING, opener.subject(), () -> {
            Wrk.Result loaded =
                    wrk.load("calls.lua", opener.subject().port(), scale.warmUpSlice(), sessions());
            return loaded.acknowledged() / loaded.seconds();
        });
    }

    /** One slice of the closed load. */
    void throughput(Opener opener) {
        Subject subject = opener.subject();
        long before = stored(opener);
        Wrk.Result settled = run(opener, scale.settle());
        Usage used = Usage.of(subject.child(), server);
        Wrk.Result measured = run(opener, scale.slice());
        Usage use = Usage.of(subject.child(), server).since(used);
        long acknowledged = settled.acknowledged() + measured.acknowledged();
        if (!subject.keepsNothing()) {
            Ports.await(
                    subject.name() + ": " + acknowledged + " opened sessions are stored",
                    Duration.ofSeconds(15),
                    subject.child(),
                    () -> stored(opener) - before >= acknowledged);
        }
        results.add(OPENING, subject.name(), WebhookWorkload.THROUGHPUT, measured.perSecond());
        results.add(OPENING, subject.name(), WebhookWorkload.OWN_MICROS, use.own() * 1e6 / measured.acknowledged());
        results.add(
                OPENING,
                subject.name(),
                WebhookWorkload.DATABASE_MICROS,
                use.database() * 1e6 / measured.acknowledged());
    }

    /** One slice of the open load. */
    void latency(Subject subject, double perSecond) {
        OpenLoad.Result measured =
                new OpenLoad(subject.port()).run(perSecond, scale.settle(), scale.slice(), Request::session);
        results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.P50, measured.millis(50));
        results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.P99, measured.millis(99));
        results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.RATE, perSecond);
        results.add(OPENING_LATENCY, subject.name(), "kept up", measured.keptUp() ? 1 : 0);
    }

    /** Reads of many transactions, and of one that has not changed since it was read before. */
    void reading(Subject subject, long transactions) {
        warmUp.run(READING, subject, () -> {
            Wrk.Result loaded = wrk.load(
                    "calls.lua", subject.port(), scale.warmUpSlice(), reads("bench-%d", transactions, ""));
            return loaded.acknowledged() / loaded.seconds();
        });
        reading(READING, subject, "bench-%d", transactions, "");
        entityTag(subject).ifPresent(tag -> reading(READING_AGAIN, subject, "bench-1", 1, tag));
    }

    private void reading(String workload, Subject subject, String id, long transactions, String tag) {
        read(subject, scale.settle(), id, transactions, tag);
        Usage used = Usage.of(subject.child(), server);
        Wrk.Result measured = read(subject, scale.slice(), id, transactions, tag);
        Usage use = Usage.of(subject.child(), server).since(used);
        results.add(workload, subject.name(), WebhookWorkload.THROUGHPUT, measured.perSecond());
        results.add(workload, subject.name(), WebhookWorkload.OWN_MICROS, use.own() * 1e6 / measured.acknowledged());
        results.add(
                workload,
                subject.name(),
                WebhookWorkload.DATABASE_MICROS,
                use.database() * 1e6 / measured.acknowledged());
    }

    private static Optional<String> entityTag(Subject subject) {
        try {
            HttpResponse<Void> answer = Ports.HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + subject.port() + "/transactions/bench-1"))
                            .header("X-User-Id", Ledger.user())
                            .header("X-User-Email", "jo@example.test")
                            .header("X-Gateway-Secret", Request.GATEWAY_SECRET)
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            return answer.headers().firstValue("ETag");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
    }

    /** One row, one commit, one after the other: what the disk costs. */
    void commit(Database database) {
        results.row(COMMIT, "PostgreSQL", "one connection, INSERT and COMMIT");
        database.execute("CREATE TABLE IF NOT EXISTS one_commit (n integer)");
        int commits = 200;
        Samples millis = new Samples();
        try (Connection connection = server.connect(database.name(), PostgresServer.USER);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO one_commit VALUES (?)")) {
            for (int i = 0; i < commits; i++) {
                insert.setInt(1, i);
                long start = System.nanoTime();
                insert.executeUpdate();
                millis.add((System.nanoTime() - start) / 1e6);
            }
        } catch (SQLException e) {
            throw new BenchFailure("one commit: " + e.getMessage(), e);
        }
        results.add(COMMIT, "PostgreSQL", WebhookWorkload.P50, millis.percentile(50));
        results.add(COMMIT, "PostgreSQL", WebhookWorkload.P99, millis.percentile(99));
    }

    /** @param tag what it must differ from to be answered whole; empty for any */
    private Wrk.Result read(Subject subject, Duration time, String id, long transactions, String tag) {
        return wrk.run("calls.lua", subject.port(), time, reads(id, transactions, tag));
    }

    private static String[] reads(String id, long transactions, String tag) {
        return new String[] {
            "GET", "/transactions/" + id, Request.GATEWAY_SECRET, "", Long.toString(transactions), tag, "1"
        };
    }

    private Wrk.Result run(Opener opener, Duration time) {
        return wrk.run("calls.lua", opener.subject().port(), time, sessions());
    }

    private static String[] sessions() {
        return new String[] {"POST", "/session", Request.GATEWAY_SECRET, Request.SESSION, "1", "", USERS};
    }

    private static long stored(Opener opener) {
        return opener.subject().keepsNothing() ? 0 : opener.subject().database().number(opener.sessions());
    }
}
