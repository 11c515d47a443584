package dev.rampgate.books;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.ledger.AmountRevision;
import dev.rampgate.ledger.Decision;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventRules;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.outbox.FeedTime;
import dev.rampgate.outbox.TestFeed;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.postgres.PostgresLedgerStore;
import dev.rampgate.support.MigratedDatabase;
import dev.rampgate.support.TestEvents;
import dev.rampgate.support.TestObservation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A ledger on a real PostgreSQL that is written as batches write it, its statements, and beside it what the ledger held after each round of the
 * sequencer, kept by other means.
 */
final class BooksWorld implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** What a transaction is worth. */
    record Worth(Instant periodAt, String status, BigDecimal crypto, BigDecimal fiat) {
        Period period() {
            return Period.at(periodAt);
        }
    }

    /** Sums by month and status, without those that are nothing. */
    record Total(long count, BigDecimal crypto, BigDecimal fiat) {
        static final Total NOTHING = new Total(0, BigDecimal.ZERO, BigDecimal.ZERO);

        Total and(Total other) {
            return new Total(count + other.count, sum(crypto, other.crypto), sum(fiat, other.fiat));
        }

        private static BigDecimal sum(BigDecimal one, BigDecimal other) {
            BigDecimal sum = one.add(other);
            return sum.signum() == 0 ? BigDecimal.ZERO : sum.stripTrailingZeros();
        }
    }

    private final MigratedDatabase database = MigratedDatabase.start();
    private final Vertx vertx = Vertx.vertx();
    final Pool pool = Pool.newInstance(PgBuilder.pool()
            .connectingTo(asTheServicesConnections(database.options()))
            .with(new PoolOptions().setMaxSize(4))
            .using(vertx)
            .build());
    TestFeed feed = new TestFeed(pool, new VertxEventLoop(vertx));
    final Statements statements;
    private final LedgerStore store;
    private final LedgerRules rules = new LedgerRules(Duration.ofSeconds(30));
    private final Map<String, TransactionRecord> records = new TreeMap<>();
    private final Map<String, Instant> occurred = new HashMap<>();
    private final Map<String, Instant> confirmed = new HashMap<>();
    private Map<String, Worth> known = Map.of();

    /** Plans are made as {@link dev.rampgate.database.Connections} has them made. */
    private static PgConnectOptions asTheServicesConnections(PgConnectOptions server) {
        PgConnectOptions options = new PgConnectOptions(server);
        options.getProperties()
                .putAll(Map.of("plan_cache_mode", "force_generic_plan", "enable_seqscan", "off", "jit", "off"));
        return options;
    }

    BooksWorld() {
        ReconcileSettings settings = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(ReconcileSettings.class)
                .build()
                .getConfigMapping(ReconcileSettings.class);
        store = new PostgresLedgerStore(pool, settings, TestEvents.bodies(), new ErasedUsers(ErasureKeys.NONE));
        ConnectionShare share = new ConnectionShare("back_office", 2, vertx, new SimpleMeterRegistry());
        statements = new Statements(new StatementStore(pool, share, new FeedTime()), new StatementReader(pool, share));
    }

    // --- the ledger

    /** One observation of a transaction, in a batch of its own, received at this time. */
    void observe(String id, TestObservation one, Instant now) {
        observe(id, one, now, true);
    }

    /** Likewise, by a replica of a build that knows neither events nor amount revisions. */
    void observeAsAnOlderReplica(String id, TestObservation one, Instant now) {
        observe(id, one, now, false);
    }

    private void observe(String id, TestObservation one, Instant now, boolean revised) {
        Observation observation = one.received(id, now);
        Optional<TransactionRecord> before = Optional.ofNullable(records.get(id));
        Decision decision = rules.decide(before, observation, now);
        if (decision.record().isEmpty()) {
            return; // a stranger, which only a socket named
        }
        EventRules.Step step = EventRules.of(before, observation, decision, now);
        decision.transitions().forEach(transition -> {
            occurred.put(key(transition), transition.occurredAt());
            confirmed.put(key(transition), transition.confirmedAt());
        });
        decision.marks()
                .forEach(mark -> confirmed.merge(
                        key(mark), Objects.requireNonNullElse(mark.confirmedAt(), now), (first, later) -> first));
        TransactionRecord after = revised ? step.record() : decision.record().orElseThrow();
        records.put(id, after);
        List<Event> events = revised ? step.events() : List.of();
        List<AmountRevision> revisions =
                revised ? AmountRevision.of(before, after, events).stream().toList() : List.of();
        get(store.inTransaction(unit -> unit.load(Set.of(id), now)
                .chain(() -> unit.persist(changes(before, after, decision, events, revisions)))));
    }

    private static String key(Transition transition) {
        return key(transition.transactionId(), transition.attempt(), transition.status());
    }

    private static String key(TransitionMark mark) {
        return key(mark.transactionId(), mark.attempt(), mark.status());
    }

    private static String key(String id, int attempt, Status status) {
        return id + " " + attempt + " " + status;
    }

    private static BatchChanges changes(
            Optional<TransactionRecord> before,
            TransactionRecord after,
            Decision decision,
            List<Event> events,
            List<AmountRevision> revisions) {
        List<TransactionRecord> record = List.of(after);
        return new BatchChanges(
                before.isEmpty() ? record : List.of(),
                before.isEmpty() ? List.of() : record,
                List.of(),
                decision.transitions(),
                decision.marks(),
                events,
                revisions,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of());
    }

    /** A round of the sequencer: what was committed becomes known. */
    void place() {
        feed.place();
        known = worths();
    }

    /** Adds the amount revisions that are missing. */
    int repair() {
        int added = feed.repairRevisions();
        known = worths();
        return added;
    }

    private Map<String, Worth> worths() {
        Map<String, Worth> worths = new HashMap<>();
        records.forEach((id, record) -> {
            if (record.state().confirmed() && record.state().status().isTerminal()) {
                String key = key(id, record.state().attempt(), record.state().status());
                Instant at = occurred.get(key);
                worths.put(
                        id,
                        new Worth(
                                at == null || at.isAfter(confirmed.get(key).plus(Duration.ofDays(1)))
                                        ? confirmed.get(key)
                                        : at,
                                record.state().status().wireName(),
                                amount(record.details().cryptoAmount()),
                                amount(record.details().fiatAmount())));
            }
        });
        return worths;
    }

    private static BigDecimal amount(String text) {
        return text == null ? BigDecimal.ZERO : new BigDecimal(text);
    }

    /** What is known now of each transaction. */
    Map<String, Worth> known() {
        return known;
    }

    /** What the ledger held, added up. */
    static Map<String, Total> total(Map<String, Worth> known, Period period) {
        Map<String, Total> totals = new TreeMap<>();
        known.values().stream()
                .filter(worth -> worth.period().equals(period))
                .forEach(worth -> totals.merge(
                        worth.status(), Total.NOTHING.and(new Total(1, worth.crypto(), worth.fiat())), Total::and));
        return totals;
    }

    // --- statements

    /** By the clock of the database, later than all that is known. */
    Instant now() {
        return get(pool.query("SELECT clock_timestamp() AS now").execute())
                .iterator()
                .next()
                .getOffsetDateTime("now")
                .toInstant();
    }

    Statement statement(Period period, Instant asKnownAt) {
        return get(statements.statement(period, Optional.ofNullable(asKnownAt)));
    }

    Statement close(Period period, Instant asKnownAt) {
        return get(statements.close(period, Optional.of(asKnownAt), "books"));
    }

    String json(Statement statement) {
        return text(statements.json(statement).collect().asList());
    }

    String csv(Statement statement) {
        return text(statements.csv(statement).collect().asList());
    }

    private static String text(Uni<List<String>> parts) {
        return String.join("", get(parts));
    }

    /** The lines of a CSV in these sections, added up by month and status. */
    static Map<String, Map<String, Total>> sums(String csv, String... sections) {
        Map<String, Map<String, Total>> sums = new TreeMap<>();
        for (String[] cells : lines(csv, sections)) {
            Total total = new Total(new BigDecimal(cells[6]).longValueExact(), decimal(cells[7]), decimal(cells[8]));
            sums.computeIfAbsent(cells[2], month -> new TreeMap<>())
                    .merge(cells[4], Total.NOTHING.and(total), Total::and);
        }
        sums.values().forEach(month -> month.values().removeIf(Total.NOTHING::equals));
        sums.values().removeIf(Map::isEmpty);
        return sums;
    }

    static List<String[]> lines(String csv, String... sections) {
        return csv.lines()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(cells -> List.of(sections).contains(cells[0]))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static BigDecimal decimal(String text) {
        return text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
    }

    // --- the database

    void sql(String statement, Object... parameters) {
        get(pool.preparedQuery(statement).execute(Tuple.from(parameters)));
    }

    <T> T read(String statement, Function<io.vertx.mutiny.sqlclient.Row, T> column) {
        return column.apply(get(pool.query(statement).execute()).iterator().next());
    }

    static OffsetDateTime time(String text) {
        return OffsetDateTime.parse(text);
    }

    static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    MigratedDatabase database() {
        return database;
    }

    /** A world without a history. */
    void empty() {
        get(pool.query(
                        "TRUNCATE transaction, transition, observation, poll, socket, event, amount_revision, statement, closed_period CASCADE;"
                                + " UPDATE feed SET last_position = 0, expired_position = 0; UPDATE revision_check SET cursor_at = 'infinity', cursor_id = ''")
                .execute());
        feed = new TestFeed(pool, new VertxEventLoop(vertx));
        records.clear();
        occurred.clear();
        confirmed.clear();
        known = Map.of();
    }
}
