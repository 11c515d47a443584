package dev.rampgate.bench;

import java.time.Duration;
import java.util.function.LongFunction;

/** What a webhook and a claim of polls cost while the ledger grows by powers of ten. */
final class Growth {

    private static final long SMALLEST = 10_000;
    private static final int PER_SECOND = 500;
    /** Before the first measurement, until the JVM's compiler takes little time. */
    private static final Duration COMPILING = Duration.ofSeconds(40);

    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration SLICE = Duration.ofSeconds(7);
    private static final int ROUNDS = 3;
    /** A prime, so that the webhooks go all over the table and meet no transaction twice. */
    private static final long STRIDE = 104_729;

    private static final String CLAIM =
            "SELECT coalesce(sum(%s), 0)::bigint FROM pg_stat_statements WHERE query LIKE '%%poll_budget%%SKIP"
                    + " LOCKED%%'";

    private final PostgresServer server;
    private final Results results;
    private final Rampgate rampgate;

    Growth(PostgresServer server, Results results, Rampgate rampgate) {
        this.server = server;
        this.results = results;
        this.rampgate = rampgate;
    }

    /** Rampgate must be connected only after this. */
    static void prepare(PostgresServer server, Database database) {
        server.administerIn(database.name(), "CREATE EXTENSION pg_stat_statements");
        server.administer("ALTER ROLE " + PostgresServer.USER + " SET pg_stat_statements.track = 'top'");
    }

    String table(long most) {
        Ledger ledger = new Ledger(rampgate.database());
        StringBuilder table = new StringBuilder("""
            | Transactions | webhook: CPU us, own + PostgreSQL | p50 ms | p99 ms | claim of polls: us in PostgreSQL | tables and indexes |
            | --- | --- | --- | --- | --- | --- |
            """);
        long numbers = 0;
        for (long size = SMALLEST; size <= most; size *= 10) {
            System.err.println("== " + Samples.number(size, 0) + " transactions");
            for (long part = ledger.size(); part < size; part += 1_000_000) {
                ledger.growTo(Math.min(size, part + 1_000_000));
            }
            rampgate.database().tidy();
            server.administer("CHECKPOINT");
            numbers = measure(size, numbers);
            String title = Samples.number(size, 0);
            table.append("| ")
                    .append(String.join(
                            " | ",
                            title,
                            results.of(title, "webhook", WebhookWorkload.OWN_MICROS)
                                            .spread(0) + " + "
                                    + results.of(title, "webhook", WebhookWorkload.DATABASE_MICROS)
                                            .spread(0),
                            results.of(title, "webhook", WebhookWorkload.P50).spread(1),
                            results.of(title, "webhook", WebhookWorkload.P99).spread(1),
                            results.of(title, "claim", "micros").spread(0),
                            Samples.number(
                                            rampgate.database().number("SELECT pg_database_size(current_database())")
                                                    / 1e6,
                                            0)
                                    + " MB"))
                    .append(" |\n");
        }
        return table.toString();
    }

    private long measure(long size, long used) {
        long numbers = used;
        String title = Samples.number(size, 0);
        for (int round = 0; round < ROUNDS; round++) {
            OpenLoad load = new OpenLoad(rampgate.port());
            Duration settle = numbers == 0 ? COMPILING : SETTLE;
            numbers += load.run(PER_SECOND, Duration.ZERO, settle, webhooks(size, numbers))
                    .sent();
            double claimTime = claims("total_exec_time * 1000");
            double claims = claims("calls");
            Usage before = Usage.of(rampgate.child(), server);
            OpenLoad.Result measured = load.run(PER_SECOND, Duration.ZERO, SLICE, webhooks(size, numbers));
            Usage use = Usage.of(rampgate.child(), server).since(before);
            numbers += measured.sent();
            if (!measured.keptUp()) {
                throw new BenchFailure("not everything was answered well with " + title + " transactions");
            }
            long missing = rampgate.database().missing(Subject.Books.RAMPGATE.missing(), measured.acknowledged());
            if (missing > 0) {
                throw new BenchFailure(missing + " acknowledged webhooks are not stored");
            }
            results.add(title, "webhook", WebhookWorkload.OWN_MICROS, use.own() * 1e6 / measured.sent());
            results.add(title, "webhook", WebhookWorkload.DATABASE_MICROS, use.database() * 1e6 / measured.sent());
            results.add(title, "webhook", WebhookWorkload.P50, measured.millis(50));
            results.add(title, "webhook", WebhookWorkload.P99, measured.millis(99));
            results.add(
                    title,
                    "claim",
                    "micros",
                    (claims("total_exec_time * 1000") - claimTime) / (claims("calls") - claims));
        }
        return numbers;
    }

    private double claims(String what) {
        return server.numberIn(rampgate.database().name(), CLAIM.formatted(what));
    }

    private static LongFunction<Request> webhooks(long size, long from) {
        return n -> Request.webhook(
                Rampgate.WEBHOOK_PATH,
                "bench-" + (from + n) * STRIDE % size,
                (from + n) / size % 2 == 0 ? "processing" : "completed");
    }
}
