package dev.rampgate.privacy;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.privacy.ErasureReplay.Source;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.support.GrownDatabase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How PostgreSQL finds the users whom the erasure ledger is compared with, while there are many. */
@ExtendWith(GrownDatabase.Shared.class)
class ErasurePlansTest {

    private final GrownDatabase database;

    ErasurePlansTest(GrownDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void theNextUsersAreFoundByStepsIntoTheIndexEachOnceAndInOrder() {
        List<String> users = new ArrayList<>();
        List<String> page = get(ErasureReplay.page(database.pool(), Source.TRANSACTIONS, ""));
        while (!page.isEmpty()) {
            users.addAll(page);
            page = get(ErasureReplay.page(database.pool(), Source.TRANSACTIONS, page.get(page.size() - 1)));
        }

        assertThat(users)
                .hasSizeGreaterThanOrEqualTo(1_000)
                .doesNotHaveDuplicates()
                .isSorted();
        database.assertNoWholeTable(3);
        database.assertUsed("transaction_by_user");
    }

    @Test
    void usersWithKeysAndThoseOfTheLedgerAreFoundByTheirKeys() {
        byte[] secret = "erasure-key-canary-0003".getBytes(StandardCharsets.US_ASCII);
        ErasedUsers erasedUsers = new ErasedUsers(new ErasureKeys(Map.of("2026a", secret)));
        get(ErasureReplay.page(database.pool(), Source.KEYS, ""));

        assertThat(get(erasedUsers.namedByLedger(database.pool(), List.of("cust-1", "cust-2"))))
                .isEmpty();
        database.assertNoWholeTable(2);
        database.assertUsed("idempotency_key_pkey");
        database.assertUsed("erased_user_pkey");
    }
}
