package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.TransactionDetails;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What stands for an erased user's id beside the ids that users can have. */
class PseudonymTest {

    private static final UUID RANDOM = UUID.fromString("0b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11");

    @Test
    void noCallerCanHaveIt() {
        assertThat(CallerRules.isUserId(TransactionDetails.pseudonym(RANDOM))).isFalse();
    }

    @Test
    void aUserWhoseIdLooksAlmostLikeItIsAUserLikeOthers() {
        String id = "erased-" + RANDOM;

        assertThat(CallerRules.isUserId(id)).isTrue();
        assertThat(TransactionDetails.isPseudonym(id)).isFalse();
    }
}
