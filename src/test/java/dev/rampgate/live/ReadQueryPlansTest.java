package dev.rampgate.live;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.support.GrownDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The query plans of reads on a large ledger. */
@ExtendWith(GrownDatabase.Shared.class)
class ReadQueryPlansTest {

    private static GrownDatabase database;
    private static TransactionReader reader;

    @BeforeAll
    static void grow(GrownDatabase shared) {
        database = shared;
        reader = new TransactionReader(
                database.pool(),
                new ConnectionShare("read", 1, database.vertx(), new SimpleMeterRegistry()),
                InstantSource.system());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void oneTransactionIsReadWithItsOwnRowsOnly() {
        assertThat(get(reader.one("cust-7", "transaction-7"))).isPresent();
        assertThat(get(reader.owner("transaction-7"))).contains("cust-7");

        database.assertNoWholeTable(2);
    }

    @Test
    void followedTransactionsAreReadTogetherByTheirIds() {
        assertThat(get(reader.snapshots(List.of("transaction-1", "transaction-2", "unheard-of"))))
                .hasSize(2);

        database.assertNoWholeTable(1);
    }

    @Test
    void aUsersPageIsReadInTheOrderOfItsIndex() {
        assertThat(get(reader.page("cust-7", Optional.empty(), PageCursor.start(Optional.empty()), 10)))
                .hasSize(10);

        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_user");
    }

    @Test
    void aUsersPageOfOneReferenceIsReadInTheOrderOfItsIndex() {
        Optional<String> reference = Optional.of("order-7");
        assertThat(get(reader.page("cust-7", reference, PageCursor.start(reference), 10)))
                .isEmpty();

        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_reference");
    }
}
