package dev.rampgate.session;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.GrownDatabase;
import dev.rampgate.support.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How PostgreSQL counts a user's unfinished transactions in a ledger that has grown. */
@ExtendWith(GrownDatabase.Shared.class)
class UnfinishedPlansTest {

    @Test
    void aUsersUnfinishedTransactionsAreCountedByIndexUpToTheLimit(GrownDatabase database) {
        UnfinishedTransactions sessions = new UnfinishedTransactions(
                database.pool(), null, TestSettings.of(SessionSettings.class, Map.of()), new SimpleMeterRegistry());
        database.forgetPlans();

        assertThat(get(sessions.count("cust-7"))).isEqualTo(20);

        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_user");
    }
}
