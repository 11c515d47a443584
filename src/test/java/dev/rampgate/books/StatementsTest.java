package dev.rampgate.books;

import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.books.BooksWorld.Total;
import dev.rampgate.books.BooksWorld.Worth;
import dev.rampgate.ledger.Status;
import dev.rampgate.support.TestObservation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements of a ledger on a real PostgreSQL: the worked example of {@code docs/books.md}, and what always holds. */
class StatementsTest {

    private static final Period SEPTEMBER = Period.of("2025-09").orElseThrow();
    private static final Period OCTOBER = SEPTEMBER.next();
    private static final Period NOVEMBER = OCTOBER.next();
    private static final List<Period> MONTHS = List.of(SEPTEMBER, OCTOBER, NOVEMBER);
    private static final Path EXAMPLE = Path.of("src/test/resources/statement");
    private static final Path ADDING_UP = Path.of("docs/examples/statement-sums.awk");

    private static BooksWorld world;

    @BeforeAll
    static void start() {
        world = new BooksWorld();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void empty() {
        world.empty();
    }

    @Test
    void octoberIsClosedAndOneCorrectionIsFoundInNovember() {
        complete("t-1", "2025-10-03T09:00:00Z", "42.60", "40.15");
        complete("t-2", "2025-10-03T10:00:00Z", "10.000000000000000001", "9.45");
        end("t-3", Status.FAILED, "2025-10-31T23:59:59Z", "30", "28.10");
        complete("t-4", "2025-11-01T00:00:00Z", "1", "0.94");
        world.place();
        Instant close = world.now();
        String before = world.json(world.statement(OCTOBER, close));
        world.close(OCTOBER, close);
        // The user of t-3 tried again: Proof corrects the failure of October.
        world.observe(
                "t-3",
                poll(Status.COMPLETED, at("2025-11-02T08:00:00Z")).with("30", "28.10"),
                at("2025-11-02T08:00:05Z"));
        world.place();

        JsonObject october = new JsonObject(world.json(world.statement(OCTOBER, null)));
        assertThat(october.encode()).isEqualTo(before);
        assertThat(october.getJsonArray("sums")).hasSize(2);
        JsonObject completed = october.getJsonArray("sums").getJsonObject(0);
        assertThat(completed.getInteger("count")).isEqualTo(2);
        assertThat(completed.getString("crypto_amount")).isEqualTo("52.600000000000000001");
        assertThat(completed.getString("fiat_amount")).isEqualTo("49.60");
        assertThat(completed.getString("effective_rate")).isEqualTo("0.94296578");
        assertThat(october.getJsonArray("days")).hasSize(2);

        JsonObject november = new JsonObject(world.json(world.statement(NOVEMBER, world.now())));
        JsonArray entries = november.getJsonObject("corrections").getJsonArray("entries");
        assertThat(entries).hasSize(1);
        assertThat(entries.getJsonObject(0).getString("entry")).isEqualTo("revoked");
        assertThat(entries.getJsonObject(0).getString("merchant_transaction_id"))
                .isEqualTo("t-3");
        assertThat(entries.getJsonObject(0).getString("period")).isEqualTo("2025-10");
        assertThat(entries.getJsonObject(0).getString("fiat_amount")).isEqualTo("-28.10");
        assertThat(november.getJsonArray("sums").getJsonObject(0).getInteger("count"))
                .isEqualTo(2);

        JsonObject since = new JsonObject(world.json(world.statement(OCTOBER, world.now())));
        assertThat(since.getJsonArray("sums")).isEqualTo(october.getJsonArray("sums"));
        assertThat(since.getJsonObject("later_corrections").getJsonArray("entries"))
                .hasSize(1);
    }

    @Test
    void otherAmountsOfAClosedMonthAreRevokedAndReplaced() {
        end("t-1", Status.FAILED, "2025-10-03T09:00:00Z", "42.60", "40.15");
        world.place();
        world.close(OCTOBER, world.now());
        world.observe(
                "t-1",
                poll(Status.FAILED, at("2025-10-03T09:00:00Z")).with("42.61", "40.16"),
                at("2025-11-09T09:00:00Z"));
        end("t-2", Status.CANCELLED, "2025-10-20T09:00:00Z", "1", "1");
        world.place();

        List<String[]> lines = BooksWorld.lines(world.csv(world.statement(NOVEMBER, world.now())), "correction");

        assertThat(lines.stream().map(cells -> cells[1] + " " + cells[6] + " " + cells[7] + " " + cells[8]))
                .containsExactly("revoked -1 -42.60 -40.15", "replacement 1 42.61 40.16", "late 1 1 1");
    }

    @Test
    void theTotalsAreAddedUpFromTheTableByAwk(@TempDir Path directory) throws IOException, InterruptedException {
        complete("t,1", "2025-10-03T09:00:00Z", "0.000000000000000001", "9999999999999.99");
        complete("=t2", "2025-10-03T10:00:00Z", "0.1", "0.01");
        end("t\"3", Status.FAILED, "2025-10-04T10:00:00Z", "12345678901234567890.5", "7");
        world.place();
        world.close(SEPTEMBER, world.now());
        world.observe(
                "t\"3", poll(Status.FAILED, at("2025-10-04T10:00:00Z")).with("1.5", "8"), at("2025-11-02T08:00:05Z"));
        end("t-4", Status.FAILED, "2025-09-04T10:00:00Z", "3", "2");
        world.place();
        Statement statement = world.statement(OCTOBER, world.now());
        Path csv = directory.resolve("statement.csv");
        Files.writeString(csv, world.csv(statement));

        Process awk = new ProcessBuilder("awk", "-f", ADDING_UP.toString(), csv.toString())
                .redirectErrorStream(true)
                .start();
        String added = new String(awk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(awk.waitFor()).as(added).isZero();
        List<String> expected = new ArrayList<>();
        JsonObject json = new JsonObject(world.json(statement));
        json.getJsonArray("sums").forEach(sum -> expected.add(line("item", (JsonObject) sum)));
        json.getJsonObject("corrections")
                .getJsonArray("sums")
                .forEach(sum -> expected.add(line("correction", (JsonObject) sum)));
        assertThat(added.lines()).containsExactlyInAnyOrderElementsOf(expected).hasSize(3);
    }

    private static String line(String section, JsonObject sum) {
        return String.join(
                " ",
                section,
                sum.getString("period"),
                sum.getString("type", "-"),
                sum.getString("currency", "-"),
                sum.getString("network", "-"),
                sum.getString("fiat_currency", "-"),
                sum.getString("status"),
                sum.getInteger("count").toString(),
                plain(sum.getString("crypto_amount")),
                plain(sum.getString("fiat_amount")));
    }

    private static String plain(String amount) {
        BigDecimal stripped = new BigDecimal(amount).stripTrailingZeros();
        return stripped.toPlainString();
    }

    @Test
    void theBytesOfAStatementAreThoseThatTheFirstBuildAnswered() throws IOException {
        world.sql(Files.readString(EXAMPLE.resolve("revisions.sql")));
        Statement statement = world.statement(OCTOBER, at("2025-11-20T00:00:00Z"));
        TimeZone zone = TimeZone.getDefault();
        try {
            for (String elsewhere : List.of("UTC", "Pacific/Kiritimati", "America/New_York")) {
                TimeZone.setDefault(TimeZone.getTimeZone(elsewhere));
                // If this fails, earlier answers cannot be repeated: make another format, and keep this one for
                // statements that have it.
                assertThat(world.json(statement)).isEqualTo(Files.readString(EXAMPLE.resolve("october.json")));
                assertThat(world.csv(statement)).isEqualTo(Files.readString(EXAMPLE.resolve("october.csv")));
            }
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void whatCommitsLateIsNotInAStatementThatWasAskedForBefore() {
        complete("t-1", "2025-10-03T09:00:00Z", "1", "1");
        world.place();
        SqlConnection connection = BooksWorld.get(world.pool.getConnection());
        Transaction late = BooksWorld.get(connection.begin());
        BooksWorld.get(connection.query("""
                INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                VALUES ('late', 1, 1, 'late', 'transaction.completed', now(), '{}');
                INSERT INTO amount_revision (transaction_id, event_version, attempt, status, crypto_amount, fiat_amount, period_at, replaces)
                VALUES ('late', 1, 1, 'completed', 5, 5, '2025-10-04', false)
                """).execute());
        Instant asked = world.now();
        String json = world.json(world.statement(OCTOBER, asked));
        String csv = world.csv(world.statement(OCTOBER, asked));
        BooksWorld.get(late.commit());
        BooksWorld.get(connection.close());
        assertThat(world.csv(world.statement(OCTOBER, asked))).isEqualTo(csv);

        world.place();

        assertThat(world.json(world.statement(OCTOBER, asked))).isEqualTo(json);
        assertThat(world.csv(world.statement(OCTOBER, asked))).isEqualTo(csv).doesNotContain("late");
        assertThat(world.csv(world.statement(OCTOBER, world.now()))).contains("late");
    }

    @Test
    void nothingBecomesKnownBeforeATimeThatWasAskedForEvenIfTheClockIsSetBack() {
        complete("t-1", "2025-10-03T09:00:00Z", "1", "1");
        Instant later = world.now().plusSeconds(3_600);
        // As after a failover to a server whose clock is behind.
        world.sql("UPDATE feed SET known_until = $1", later.atOffset(java.time.ZoneOffset.UTC));
        world.place();

        assertThat(world.read(
                                "SELECT min(known_at) AS known FROM amount_revision",
                                row -> row.getOffsetDateTime("known"))
                        .toInstant())
                .isAfter(later);
        world.sql("UPDATE feed SET known_until = '-infinity'");
    }

    @Test
    void thereIsNoStatementOfTheFutureAndNoneFromBeforeItsMonth() {
        refused(() -> world.statement(OCTOBER, world.now().plusSeconds(60)), "must not be in the future");
        refused(() -> world.statement(OCTOBER, at("2025-10-01T00:00:00Z")), "later than the beginning of the month");
        refused(() -> world.statement(Period.at(world.now()).next(), null), "later than the beginning of the month");
        long stored = world.read("SELECT count(*) AS stored FROM statement", row -> row.getLong("stored"));
        assertThat(stored).isZero();
    }

    @Test
    void monthsAreClosedInTheirOrderOnceAndAfterTheirEnd() {
        refused(() -> world.close(Period.at(world.now()), world.now()), "must not be before the end of the month");
        refused(() -> world.close(OCTOBER, at("2025-10-31T23:59:59Z")), "must not be before the end of the month");
        Instant close = world.now();
        String early = world.json(world.statement(NOVEMBER, close));
        world.close(OCTOBER, close);
        refused(() -> world.close(OCTOBER, world.now()), "It is closed");
        refused(() -> world.close(SEPTEMBER, world.now()), "It is closed");
        refused(() -> world.close(NOVEMBER, close.minusSeconds(1)), "must be later than");
        assertThat(world.json(world.statement(NOVEMBER, close))).isEqualTo(early);
        Instant next = world.now();
        world.close(NOVEMBER, next);

        assertThat(world.statement(NOVEMBER, null).asKnownAt()).isEqualTo(next);
        assertThat(world.statement(SEPTEMBER, null).asKnownAt()).isEqualTo(close);
        assertThat(BooksWorld.get(world.statements.closed()))
                .extracting(closed -> closed.period() + " " + closed.closedBy())
                .containsExactly("2025-11 books", "2025-10 books");
    }

    @Test
    void aStatementThatWasAskedForBeforeTheMonthBeforeWasClosedCannotCloseItsOwn() {
        Instant asked = world.now();
        world.statement(NOVEMBER, asked.plusMillis(0));
        Instant october = asked.minusSeconds(10);
        world.close(OCTOBER, october);

        refused(() -> world.close(NOVEMBER, asked), "before the month before was closed");
        world.close(NOVEMBER, world.now());
    }

    @Test
    void whatALedgerHeldBeforeThereWereBooksCountsAsKnownForEver() throws IOException {
        complete("t-1", "2025-10-03T09:00:00Z", "42.60", "40.15");
        end("t-2", Status.FAILED, "2025-10-04T09:00:00Z", null, null);
        world.observe("open", session(), at("2025-10-04T09:00:00Z"));
        world.place();
        Map<String, Worth> known = world.known();
        String migration = Files.readString(Path.of("src/main/resources/db/migration/V17__books.sql"));
        world.sql("TRUNCATE amount_revision");

        world.sql(migration
                .substring(migration.indexOf("INSERT INTO amount_revision"))
                .replaceAll(";\\s*$", ""));

        String csv = world.csv(world.statement(OCTOBER, at("2025-10-20T00:00:00Z")));
        assertThat(BooksWorld.sums(csv, "item").get("2025-10")).isEqualTo(BooksWorld.total(known, OCTOBER));
        world.close(OCTOBER, world.now());
        world.observe("t-2", poll(Status.PROCESSING, at("2025-10-05T09:00:00Z")), at("2025-10-05T09:00:05Z"));
        world.place();
        assertThat(BooksWorld.lines(world.csv(world.statement(NOVEMBER, world.now())), "correction"))
                .hasSize(1);
    }

    @Test
    void whatAReplicaOfAnOlderBuildConfirmedIsBookedWhenItIsNoticed() {
        complete("t-1", "2025-10-03T09:00:00Z", "42.60", "40.15");
        endAsAnOlderReplica("t-2", Status.COMPLETED, "2025-10-04T09:00:00Z", "10", "9.45");
        endAsAnOlderReplica("t-3", Status.FAILED, "2025-10-04T10:00:00Z", null, null);
        world.observeAsAnOlderReplica("open", session(), at("2025-10-04T09:00:00Z"));
        world.place();
        Instant close = world.now();
        String october = world.csv(world.close(OCTOBER, close));
        assertThat(october).contains("t-1").doesNotContain("t-2").doesNotContain("t-3");

        assertThat(world.repair()).isEqualTo(2);

        assertThat(world.csv(world.statement(OCTOBER, null))).isEqualTo(october);
        assertThat(world.csv(world.statement(OCTOBER, close))).isEqualTo(october);
        String since = world.csv(world.statement(OCTOBER, world.now()));
        assertThat(BooksWorld.sums(since, "item", "later_correction").get("2025-10"))
                .isEqualTo(BooksWorld.total(world.known(), OCTOBER));
        assertThat(BooksWorld.lines(world.csv(world.statement(NOVEMBER, world.now())), "correction"))
                .extracting(cells -> cells[1])
                .containsExactly("late", "late");
        assertThat(world.repair()).isZero();
    }

    @Test
    void whatAReplicaOfAnOlderBuildCorrectedOrTookBackIsRevokedWhenItIsNoticed() {
        complete("t-1", "2025-10-03T09:00:00Z", "42.60", "40.15");
        end("t-2", Status.FAILED, "2025-10-04T09:00:00Z", "10", "9.45");
        end("t-3", Status.FAILED, "2025-10-05T09:00:00Z", "10", "9.45");
        world.place();
        String october = world.csv(world.close(OCTOBER, world.now()));
        world.observeAsAnOlderReplica(
                "t-1",
                poll(Status.COMPLETED, at("2025-10-03T09:00:01Z")).with("42.60", "40.14"),
                at("2025-11-05T09:00:05Z"));
        world.observeAsAnOlderReplica(
                "t-2", poll(Status.PROCESSING, at("2025-11-05T09:00:00Z")), at("2025-11-05T09:00:05Z"));
        world.observeAsAnOlderReplica(
                "t-3",
                poll(Status.COMPLETED, at("2025-11-05T09:00:00Z")).with("10", "9.45"),
                at("2025-11-05T09:00:05Z"));

        assertThat(world.repair()).isEqualTo(3);

        assertThat(world.csv(world.statement(OCTOBER, null))).isEqualTo(october);
        String november = world.csv(world.statement(NOVEMBER, world.now()));
        assertThat(BooksWorld.lines(november, "correction"))
                .extracting(cells -> cells[1] + " " + cells[8])
                .containsExactlyInAnyOrder("revoked -40.15", "replacement 40.14", "revoked -9.45", "revoked -9.45");
        assertThat(BooksWorld.lines(november, "item")).hasSize(1);
        assertThat(world.repair()).isZero();
    }

    @Test
    void whatAReplicaOfAnOlderBuildGaveItsPlaceBecomesKnown() {
        complete("t-1", "2025-10-03T09:00:00Z", "42.60", "40.15");
        world.feed.placeAsAnOlderReplica();
        Instant before = world.now();
        String early = world.csv(world.statement(OCTOBER, before));
        assertThat(early).doesNotContain("t-1");

        assertThat(world.repair()).isZero();

        assertThat(world.csv(world.statement(OCTOBER, before))).isEqualTo(early);
        Statement statement = world.statement(OCTOBER, world.now());
        assertThat(world.csv(statement)).contains("t-1");
        long last = world.read("SELECT last_position FROM feed", row -> row.getLong("last_position"));
        assertThat(statement.position()).isEqualTo(last);
    }

    @Test
    void whatABatchIsAboutToCommitIsNotAddedOnceMore() {
        endAsAnOlderReplica("t-1", Status.COMPLETED, "2025-10-04T09:00:00Z", "10", "9.45");
        SqlConnection batch = BooksWorld.get(world.pool.getConnection());
        Transaction transaction = BooksWorld.get(batch.begin());
        BooksWorld.get(batch.query("SELECT FROM transaction WHERE id = 't-1' FOR NO KEY UPDATE")
                .execute());
        BooksWorld.get(batch.query("""
                        INSERT INTO amount_revision (
                            transaction_id, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount,
                            confirmed_at, period_at, replaces)
                        SELECT id, attempt, status, type, upper(currency), upper(network), crypto_amount::numeric, upper(fiat_currency),
                               fiat_amount::numeric, changed_at, changed_at, false
                        FROM transaction
                        """).execute());

        assertThat(world.repair()).isZero();
        BooksWorld.get(transaction.commit());
        BooksWorld.get(batch.close());

        assertThat(world.repair()).isZero();
        long revisions =
                world.read("SELECT count(*) AS revisions FROM amount_revision", row -> row.getLong("revisions"));
        assertThat(revisions).isEqualTo(1);
    }

    /** {@code -Dbooks.seed=N} begins with that world, {@code -Dbooks.worlds=N} visits so many. */
    @Test
    void aStatementAndItsLaterCorrectionsAreTheLedgerAndTheSameQuestionHasTheSameBytes() {
        long first = Long.getLong("books.seed", new SecureRandom().nextInt(Integer.MAX_VALUE));
        int worlds = Integer.getInteger("books.worlds", 12);
        System.out.printf("Statements in %,d worlds from -Dbooks.seed=%d%n", worlds, first);
        for (long seed = first; seed < first + worlds; seed++) {
            try {
                world.empty();
                new History(seed).live();
            } catch (AssertionError | RuntimeException violation) {
                throw new AssertionError("in the world of -Dbooks.seed=" + seed, violation);
            }
        }
    }

    /** A random history of some transactions over three months, and what was asked for meanwhile. */
    private static final class History {

        private static final int STEPS = 40;

        private record Question(Period period, Instant asKnownAt) {}

        private record Answer(String json, String csv) {}

        private final RandomGenerator random;
        private final Map<Question, Answer> answers = new LinkedHashMap<>();
        private final Map<Instant, Map<String, Worth>> known = new TreeMap<>();
        private final Map<Period, Instant> closed =
                new TreeMap<>((a, b) -> a.month().compareTo(b.month()));
        private Instant received = at("2025-09-01T00:00:00Z");

        private History(long seed) {
            random = new SplittableRandom(seed);
        }

        private void live() {
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(4) > 0) {
                    observe();
                } else {
                    if (random.nextBoolean()) {
                        becomeKnown();
                    }
                    ask();
                }
                if (random.nextInt(12) == 0) {
                    close();
                }
            }
            becomeKnown();
            assertThat(world.repair()).isZero();
            MONTHS.forEach(period -> answer(new Question(period, tick())));
            world.feed.expire();
            check();
        }

        /** Also what replicas of an older build wrote, and what they gave its place. */
        private void becomeKnown() {
            if (random.nextInt(4) == 0) {
                world.feed.placeAsAnOlderReplica();
            }
            world.repair();
            world.place();
        }

        /** Mostly what Proof may say, in the order in which it happens. */
        private void observe() {
            received = received.plus(Duration.ofHours(random.nextInt(1, 70)));
            String id = "t-" + random.nextInt(6);
            Status status = Status.values()[random.nextInt(Status.values().length)];
            Instant occurred = random.nextInt(5) == 0 ? null : received.minusSeconds(random.nextInt(2_000_000));
            TestObservation one =
                    switch (random.nextInt(6)) {
                        case 0 -> session();
                        case 1 -> TestObservation.socket(status, occurred).with(amount(), amount());
                        default -> poll(status.wireName(), occurred).with(amount(), amount());
                    };
            if (random.nextInt(8) == 0) {
                world.observeAsAnOlderReplica(id, one, received);
            } else {
                world.observe(id, one, received);
            }
        }

        private String amount() {
            return random.nextInt(5) == 0
                    ? null
                    : BigDecimal.valueOf(random.nextInt(1_000_000), random.nextInt(19))
                            .toPlainString();
        }

        private Instant tick() {
            Instant now = world.now();
            known.put(now, world.known());
            return now;
        }

        private void ask() {
            answer(new Question(MONTHS.get(random.nextInt(MONTHS.size())), tick()));
        }

        private void answer(Question question) {
            Statement statement = world.statement(question.period(), question.asKnownAt());
            answers.put(question, new Answer(world.json(statement), world.csv(statement)));
        }

        private void close() {
            int next = closed.size();
            if (next < MONTHS.size()) {
                Instant now = tick();
                world.close(MONTHS.get(next), now);
                closed.put(MONTHS.get(next), now);
            }
        }

        private void check() {
            answers.forEach((question, answer) -> {
                Statement statement = world.statement(question.period(), question.asKnownAt());
                assertThat(world.json(statement)).isEqualTo(answer.json());
                assertThat(world.csv(statement)).isEqualTo(answer.csv());
                Map<String, Total> ledger = BooksWorld.total(known.get(question.asKnownAt()), question.period());
                assertThat(BooksWorld.sums(answer.csv(), "item", "later_correction")
                                .getOrDefault(question.period().toString(), Map.of()))
                        .as("%s", question)
                        .isEqualTo(nothingLeftOut(ledger));
            });
            checkClosed();
        }

        /** The closed months, each with its corrections, are the ledger as known when the last of them was closed. */
        private void checkClosed() {
            Map<String, Map<String, Total>> booked = new TreeMap<>();
            closed.forEach((period, close) -> {
                BooksWorld.sums(world.csv(world.statement(period, null)), "item", "correction")
                        .forEach((month, sums) ->
                                sums.forEach((status, total) -> booked.computeIfAbsent(month, none -> new TreeMap<>())
                                        .merge(status, total, Total::and)));
                Map<String, Worth> held = known.get(close);
                for (Period earlier : MONTHS) {
                    if (!earlier.month().isAfter(period.month())) {
                        Map<String, Total> sums = new TreeMap<>(booked.getOrDefault(earlier.toString(), Map.of()));
                        sums.values().removeIf(Total.NOTHING::equals);
                        assertThat(sums)
                                .as("%s at the close of %s", earlier, period)
                                .isEqualTo(nothingLeftOut(BooksWorld.total(held, earlier)));
                    }
                }
            });
        }

        private static Map<String, Total> nothingLeftOut(Map<String, Total> totals) {
            Map<String, Total> left = new TreeMap<>(totals);
            left.values().removeIf(Total.NOTHING::equals);
            return left;
        }
    }

    private static void complete(String id, String occurredAt, String crypto, String fiat) {
        end(id, Status.COMPLETED, occurredAt, crypto, fiat);
    }

    private static void end(String id, Status status, String occurredAt, String crypto, String fiat) {
        Instant at = at(occurredAt);
        world.observe(id, session(), at.minusSeconds(60));
        world.observe(id, poll(status, at).with(crypto, fiat), at.plusSeconds(5));
    }

    private static void endAsAnOlderReplica(String id, Status status, String occurredAt, String crypto, String fiat) {
        Instant at = at(occurredAt);
        world.observeAsAnOlderReplica(id, session(), at.minusSeconds(60));
        world.observeAsAnOlderReplica(id, poll(status, at).with(crypto, fiat), at.plusSeconds(5));
    }

    private static void refused(Runnable work, String why) {
        assertThatThrownBy(work::run).isInstanceOf(NoStatementException.class).hasMessageContaining(why);
    }

    private static Instant at(String text) {
        return Instant.parse(text);
    }
}
