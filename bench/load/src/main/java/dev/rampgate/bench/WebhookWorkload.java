package dev.rampgate.bench;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;

/** Webhooks: how many are acknowledged each second, and how long one waits at a fixed rate. */
final class WebhookWorkload {

    /** What is sent. */
    enum Kind {
        DUPLICATES("webhooks, 80% duplicates", "duplicates"),
        NEW("webhooks, all new", "new"),
        UNKNOWN("webhooks, all unknown ids", "unknown");

        private final String title;
        private final String script;

        Kind(String title, String script) {
            this.title = title;
            this.script = script;
        }

        String title() {
            return title;
        }
    }

    static final String THROUGHPUT = "per second";
    static final String OWN_MICROS = "own micros";
    static final String DATABASE_MICROS = "database micros";
    static final String MEMORY = "memory";
    static final String ALLOCATED = "allocated";
    static final String P50 = "p50";
    static final String P99 = "p99";
    static final String RATE = "rate";

    /** More than anybody takes in a second, so that there are always enough transactions. */
    private static final long MOST_PER_SECOND = 40_000;
    /** Of {@code rampgate.reconcile.unknown-capacity}. */
    private static final long UNKNOWN_CAPACITY = 10_000;

    /** Longer than any batch takes. */
    private static final Duration REST = Duration.ofMillis(300);

    private final Results results;
    private final Scale scale;
    private final Wrk wrk;
    private final PostgresServer server;
    private final WarmUp warmUp;

    WebhookWorkload(Results results, Scale scale, Wrk wrk, PostgresServer server) {
        this.results = results;
        this.scale = scale;
        this.wrk = wrk;
        this.server = server;
        this.warmUp = new WarmUp(results, scale);
    }

    /** Loads one that was just started with new webhooks and with duplicates, until it is as fast as it gets. */
    void warmUp(Subject subject) {
        warmUp.run(Kind.DUPLICATES.title, subject, () -> {
            double perSecond = 0;
            for (Kind kind : List.of(Kind.NEW, Kind.DUPLICATES)) {
                prepare(subject, scale.warmUpSlice());
                Wrk.Result loaded = run(subject, kind, scale.warmUpSlice());
                advance(kind, subject, loaded.sent());
                perSecond += loaded.acknowledged() / loaded.seconds();
            }
            return perSecond;
        });
        rest(subject);
    }

    /** One slice of the closed load. */
    void throughput(Kind kind, Subject subject) {
        prepare(subject, scale.settle().plus(scale.slice()));
        long before = stored(kind, subject);
        Wrk.Result settled = run(subject, kind, scale.settle());
        advance(kind, subject, settled.sent());
        Usage used = Usage.of(subject.child(), server);
        double allocated = allocated(subject);
        Wrk.Result measured = run(subject, kind, scale.slice());
        double allocatedBytes = allocated(subject) - allocated;
        Usage use = Usage.of(subject.child(), server).since(used);
        long memory = subject.child().residentBytes();
        advance(kind, subject, measured.sent());
        check(kind, subject, before, settled, measured);
        rest(subject);

        String name = subject.name();
        results.add(kind.title(), name, THROUGHPUT, measured.perSecond());
        results.add(kind.title(), name, OWN_MICROS, use.own() * 1e6 / measured.acknowledged());
        results.add(kind.title(), name, DATABASE_MICROS, use.database() * 1e6 / measured.acknowledged());
        results.add(kind.title(), name, MEMORY, memory / 1e6);
        if (allocatedBytes > 0) {
            results.add(kind.title(), name, ALLOCATED, allocatedBytes / measured.acknowledged());
        }
    }

    /** One slice of the open load, four of five being duplicates. */
    void latency(String title, Subject subject, double perSecond) {
        prepare(subject, scale.settle().plus(scale.slice()));
        OpenLoad.Result measured = openLoad(subject, perSecond, scale.settle(), scale.slice());
        rest(subject);
        results.add(title, subject.name(), P50, measured.millis(50));
        results.add(title, subject.name(), P99, measured.millis(99));
        results.add(title, subject.name(), RATE, perSecond);
        results.add(title, subject.name(), "kept up", measured.keptUp() ? 1 : 0);
    }

    /** Loads it at a fixed rate, and makes sure that every single key that it acknowledged is stored. */
    OpenLoad.Result openLoad(Subject subject, double perSecond, Duration settle, Duration time) {
        long first = subject.firstUnused();
        OpenLoad.Result measured =
                new OpenLoad(subject.port()).run(perSecond, settle, time, duplicates(subject.path(), first));
        if (!subject.keepsNothing()) {
            Set<String> keys = new HashSet<>(measured.acknowledged());
            Ports.await(
                    "everything that " + subject.name() + " acknowledged is in its database",
                    Duration.ofSeconds(15),
                    subject.child(),
                    () -> subject.database().missing(subject.books().missing(), keys) == 0);
        }
        subject.use(measured.sent() / 5 + 2);
        return measured;
    }

    private static LongFunction<Request> duplicates(String path, long first) {
        Random random = new Random(first);
        return n -> {
            long newest = n / 5;
            long back = n % 5 == 0 ? 0 : random.nextLong(Math.min(newest, 999) + 1);
            return Request.webhook(path, first + newest - back);
        };
    }

    /** More than new webhooks will be about in this time: two for each. */
    static long mostTransactions(Duration time) {
        return MOST_PER_SECOND * time.toSeconds() / 2 + 1;
    }

    private void prepare(Subject subject, Duration time) {
        if (subject.isRampgate()) {
            subject.ledger().growTo(subject.firstUnused() / 2 + mostTransactions(time));
        }
    }

    private Wrk.Result run(Subject subject, Kind kind, Duration time) {
        return wrk.run(
                "webhooks.lua",
                subject.port(),
                time,
                subject.path(),
                kind.script,
                Long.toString(subject.firstUnused()));
    }

    /** Numbers in duplicates are used five times as slowly. */
    private static void advance(Kind kind, Subject subject, long sent) {
        subject.use(kind == Kind.DUPLICATES ? sent / 5 + 2 : sent + 2);
    }

    private double allocated(Subject subject) {
        return subject.isRampgate() && subject.child().isJvm()
                ? subject.rampgate().metric("jvm_gc_memory_allocated_bytes_total")
                : 0;
    }

    private long stored(Kind kind, Subject subject) {
        if (subject.keepsNothing()) {
            return 0;
        }
        return kind == Kind.UNKNOWN && subject.isRampgate()
                ? unknown(subject)
                : subject.database().number(subject.books().webhooks());
    }

    /** Waits until all that it took is stored, so that nothing of it counts for the next slice. */
    private static void rest(Subject subject) {
        if (!subject.keepsNothing()) {
            long[] last = {-1};
            Ports.await(subject.name() + " is at rest", Duration.ofSeconds(30), subject.child(), () -> {
                long before = last[0];
                Ports.pause(REST);
                last[0] = subject.database().number(subject.books().webhooks());
                return last[0] == before;
            });
        }
    }

    private static long unknown(Subject subject) {
        return subject.database().number("SELECT count(*) FROM poll WHERE priority = 2");
    }

    /** The database must hold what was acknowledged, and nothing that was not sent. */
    private void check(Kind kind, Subject subject, long before, Wrk.Result settled, Wrk.Result measured) {
        if (subject.keepsNothing()) {
            return;
        }
        long acknowledged = settled.acknowledged() + measured.acknowledged();
        long sent = settled.sent() + measured.sent();
        long least;
        long most = sent;
        if (kind == Kind.UNKNOWN && subject.isRampgate()) {
            // Ids that nobody knows, one for two webhooks, are kept up to a number, to be asked for; some are asked for meanwhile.
            least = (long) (0.9 * Math.min(before + acknowledged / 2, UNKNOWN_CAPACITY)) - before;
        } else if (kind == Kind.DUPLICATES && !subject.books().everyRepeat()) {
            least = acknowledged / 5 - 2L * wrk.connections();
            most = sent / 5 + 2;
        } else {
            least = acknowledged;
        }
        Ports.await(
                subject.name() + ": at least " + least + " of " + acknowledged + " acknowledged webhooks are stored",
                Duration.ofSeconds(15),
                subject.child(),
                () -> stored(kind, subject) - before >= least);
        long stored = stored(kind, subject) - before;
        // Where servers get hardly any processor time, some of the warm-up may be stored as late as this.
        if (stored > most && !wrk.mayRefuse()) {
            throw new BenchFailure(subject.name() + " stored " + stored + " webhooks, but only " + most + " were sent");
        }
    }
}
