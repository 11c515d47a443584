package dev.rampgate.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Opening sessions at a Proof that answers at once, reading a transaction, and what one durable commit takes. */
final class SessionWorkload {

    static final String OPENING = "session opening";
    static final String OPENING_LATENCY = "session opening at a fixed rate";
    static final String READING = "GET /transactions/{id}";
    static final String COMMIT = "one durable commit of one row";

    /**
     * Whoever was stopped closes its database connections for their silence when it goes on. A webhook or a session outlives
     * that, a read that is on such a connection is refused.
     */
    private static final Duration WAKING = Duration.ofSeconds(1);

    private final Results results;
    private final Scale scale;
    private final Wrk wrk;
    private final PostgresServer server;

    SessionWorkload(Results results, Scale scale, Wrk wrk, PostgresServer server) {
        this.results = results;
        this.scale = scale;
        this.wrk = wrk;
        this.server = server;
    }

    /** @param sessions counts the sessions in the database of the subject */
    record Opener(Subject subject, String sessions) {}

    void warmUp(Opener opener) {
        opener.subject().child().resume();
        run(opener, scale.warmUp(opener.subject()));
        opener.subject().child().suspend();
    }

    void interleaved(List<Opener> openers) {
        openers.forEach(
                one -> results.row(OPENING, one.subject().name(), one.subject().does()));
        for (int round = 0; round < scale.rounds(); round++) {
            openers.forEach(this::throughput);
        }
    }

    private void throughput(Opener opener) {
        Subject subject = opener.subject();
        subject.child().resume();
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
        subject.child().suspend();
        results.add(OPENING, subject.name(), WebhookWorkload.THROUGHPUT, measured.perSecond());
        results.add(OPENING, subject.name(), WebhookWorkload.OWN_MICROS, use.own() * 1e6 / measured.acknowledged());
        results.add(
                OPENING,
                subject.name(),
                WebhookWorkload.DATABASE_MICROS,
                use.database() * 1e6 / measured.acknowledged());
    }

    void latency(List<Opener> openers, double perSecond) {
        openers.forEach(one ->
                results.row(OPENING_LATENCY, one.subject().name(), one.subject().does()));
        for (int round = 0; round < scale.openRounds(); round++) {
            for (Opener opener : openers) {
                Subject subject = opener.subject();
                subject.child().resume();
                OpenLoad.Result measured = new OpenLoad(subject.port())
                        .run(perSecond, scale.wakeUp(), scale.slice(), n -> Request.session());
                subject.child().suspend();
                results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.P50, measured.millis(50));
                results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.P99, measured.millis(99));
                results.add(OPENING_LATENCY, subject.name(), WebhookWorkload.RATE, perSecond);
                results.add(OPENING_LATENCY, subject.name(), "kept up", measured.keptUp() ? 1 : 0);
            }
        }
    }

    void reading(Subject rampgate, long transactions) {
        results.row(READING, rampgate.name(), "identity, owner check, the whole timeline");
        rampgate.child().resume();
        LockSupport.parkNanos(WAKING.toNanos());
        read(rampgate, scale.compilingLittle(), transactions);
        for (int round = 0; round < scale.rounds(); round++) {
            Usage used = Usage.of(rampgate.child(), server);
            Wrk.Result measured = read(rampgate, scale.slice(), transactions);
            Usage use = Usage.of(rampgate.child(), server).since(used);
            results.add(READING, rampgate.name(), WebhookWorkload.THROUGHPUT, measured.perSecond());
            results.add(
                    READING, rampgate.name(), WebhookWorkload.OWN_MICROS, use.own() * 1e6 / measured.acknowledged());
            results.add(
                    READING,
                    rampgate.name(),
                    WebhookWorkload.DATABASE_MICROS,
                    use.database() * 1e6 / measured.acknowledged());
        }
        rampgate.child().suspend();
    }

    /** One row, one commit, one after the other: what the disk costs. */
    void commit(Database database) {
        results.row(COMMIT, "PostgreSQL", "one connection, INSERT and COMMIT");
        database.execute("CREATE TABLE IF NOT EXISTS one_commit (n integer)");
        int commits = 200 * scale.rounds();
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

    private Wrk.Result read(Subject rampgate, Duration time, long transactions) {
        return wrk.run(
                "calls.lua",
                rampgate.port(),
                time,
                "GET",
                "/transactions/bench-%d",
                Request.GATEWAY_SECRET,
                "",
                Long.toString(transactions));
    }

    private Wrk.Result run(Opener opener, Duration time) {
        return wrk.run(
                "calls.lua",
                opener.subject().port(),
                time,
                "POST",
                "/session",
                Request.GATEWAY_SECRET,
                Request.SESSION,
                "1");
    }

    private static long stored(Opener opener) {
        return opener.subject().keepsNothing() ? 0 : opener.subject().database().number(opener.sessions());
    }
}
