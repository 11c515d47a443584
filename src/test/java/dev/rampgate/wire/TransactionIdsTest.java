package dev.rampgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionIdsTest {

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {".", "..", "a\u0000b", "a\nb", "a\ud800b"})
    void whatCannotBeStoredOrWouldClimbIsNoId(String text) {
        assertThat(TransactionIds.isPossible(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", "a.b", "..a", "a..", "a/b", "a/../b", "0a1b2c3d4e5f60718", "ü€😀", "%2E%2E"})
    void anythingElseIsOpaque(String text) {
        assertThat(TransactionIds.isPossible(text)).isTrue();
    }

    @Test
    void anIdHasAtMost128Characters() {
        assertThat(TransactionIds.isPossible("i".repeat(128))).isTrue();
        assertThat(TransactionIds.isPossible("i".repeat(129))).isFalse();
    }
}
