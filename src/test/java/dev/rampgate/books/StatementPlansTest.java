package dev.rampgate.books;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.books.StatementReader.ChangeCursor;
import dev.rampgate.books.StatementReader.ItemCursor;
import dev.rampgate.database.ConnectionShare;
import dev.rampgate.outbox.FeedTime;
import dev.rampgate.support.GrownDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The plans of statements over books that have grown. */
@ExtendWith(GrownDatabase.Shared.class)
class StatementPlansTest {

    private final GrownDatabase database;
    private final StatementReader reader;
    private final StatementStore store;
    private final Instant now = Instant.now();

    StatementPlansTest(GrownDatabase database) {
        this.database = database;
        ConnectionShare share = new ConnectionShare("back_office", 1, database.vertx(), new SimpleMeterRegistry());
        this.reader = new StatementReader(database.pool(), share);
        this.store = new StatementStore(database.pool(), share, new FeedTime());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void aDayIsReadByTheIndexOfPeriods() {
        LocalDate yesterday = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(1);

        assertThat(get(reader.day(yesterday, now)).get(0).count()).isPositive();
        database.assertNoWholeTable(1);
        database.assertUsed("amount_revision_by_period");
        database.assertUsed("amount_revision_replacing");
    }

    @Test
    void itemsAreReadByTheIndexOfPeriodsPageByPage() {
        Period period = Period.at(now.minusSeconds(15 * 86_400));
        var first = get(reader.items(period, ItemCursor.start(period), now));

        assertThat(first.entries()).hasSize(StatementReader.ITEMS);
        get(reader.items(period, first.next().orElseThrow(), now));
        database.assertNoWholeTable(2);
        database.assertUsed("amount_revision_by_period");
        database.assertUsed("amount_revision_replacing");
    }

    @Test
    void changesAreReadByTheIndexOfWhatBecameKnown() {
        Instant since = now.minusSeconds(86_400);
        var changes = get(reader.changes(ChangeCursor.after(since), since, now, Instant.EPOCH, now));

        assertThat(changes.changes()).hasSizeGreaterThan(1_000);
        assertThat(changes.next()).isPresent();
        database.assertNoWholeTable(1);
        database.assertUsed("amount_revision_by_knowledge");
    }

    @Test
    void whatAStatementIsMadeOfIsSettledByIndex() {
        Period period = Period.at(now.minusSeconds(15 * 86_400));
        Statement made = get(store.statement(period, Optional.of(now.minusSeconds(1))));

        assertThat(get(store.statement(period, Optional.of(made.asKnownAt())))).isEqualTo(made);
        assertThat(get(store.closed())).isEmpty();
        database.assertNoWholeTable(5);
        database.assertUsed("amount_revision_by_knowledge");
    }
}
