package dev.rampgate.session;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.session.IdempotencyStore.Claim.Granted;
import dev.rampgate.support.GrownDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How PostgreSQL runs the statements of idempotency keys while many are kept. */
@ExtendWith(GrownDatabase.Shared.class)
class IdempotencyPlansTest {

    @Test
    void keysAreClaimedAnsweredGivenBackAndSweptByIndex(GrownDatabase database) {
        IdempotencyStore store = new IdempotencyStore(
                database.pool(),
                new IdempotencyTimes(Duration.ofMinutes(15), Duration.ofMinutes(1)),
                new ErasedUsers(ErasureKeys.NONE),
                InstantSource.system(),
                new SplittableRandom(1));
        IdempotencyKey key = new IdempotencyKey("cust-7", "a-new-key", new byte[32]);
        database.forgetPlans();

        assertThat(get(store.claim(key))).isInstanceOf(Granted.class);
        assertThat(get(store.claim(key))).isInstanceOf(IdempotencyStore.Claim.InFlight.class);
        get(store.keep(key, UUID.randomUUID(), new byte[] {1}));
        get(store.release(key, UUID.randomUUID()));
        get(store.forget(key, UUID.randomUUID()));
        get(store.sweep());

        database.assertNoWholeTable(7);
        database.assertUsed("idempotency_key_expired");
    }
}
