package dev.rampgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedCursorTest {

    @Test
    void aCursorIsReadAsItWasWritten() {
        FeedCursor cursor = new FeedCursor(1_796_000_000L, 42, FeedCursor.mark("evt_1", 7, Instant.EPOCH));

        assertThat(FeedCursor.decode(cursor.encode())).contains(cursor);
        assertThat(FeedCursor.decode(new FeedCursor(1, 0, "").encode())).contains(new FeedCursor(1, 0, ""));
    }

    @Test
    void aCursorWithOneLetterChangedWasNeverGiven() {
        String text = new FeedCursor(1_796_000_000L, 42, FeedCursor.mark("evt_1", 7, Instant.EPOCH)).encode();

        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(FeedCursor.decode(text.substring(0, i) + other + text.substring(i + 1)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "MQ", "!", "MSAwICAwMDAwMDAwMDAwMDAwMDAw", "evt_1", "\0"})
    void whatIsNoCursorWasNeverGiven(String text) {
        assertThat(FeedCursor.decode(text)).isEmpty();
    }
}
