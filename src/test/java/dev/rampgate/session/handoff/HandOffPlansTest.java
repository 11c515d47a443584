package dev.rampgate.session.handoff;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.support.GrownDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How PostgreSQL runs the statements of hand-offs while many wait. */
@ExtendWith(GrownDatabase.Shared.class)
class HandOffPlansTest {

    @Test
    void aSessionIsKeptTakenAndSweptByIndex(GrownDatabase database) {
        HandOffStore store =
                new HandOffStore(database.pool(), new ErasedUsers(ErasureKeys.NONE), InstantSource.system());
        HandOffCode code = HandOffCode.draw(new SplittableRandom(1));
        database.forgetPlans();

        get(store.keep(
                code, "cust-7", new byte[] {1}, Instant.now(), Instant.now().plusSeconds(60)));
        assertThat(get(store.take(code, "a-page", Instant.now().plusSeconds(30))))
                .isPresent();
        get(store.take(code));
        get(store.sweep());

        database.assertNoWholeTable(4);
        database.assertUsed("hand_off_expired");
    }
}
