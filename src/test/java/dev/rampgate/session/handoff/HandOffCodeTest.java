package dev.rampgate.session.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandOffCodeTest {

    private static final byte[] CONTENT = "init-token-canary-0007".getBytes(StandardCharsets.UTF_8);

    private final HandOffCode code = HandOffCode.draw(new SecureRandom());

    @Test
    void aCodeIsFitForAnAddressAndSaysNothingOfItself() {
        assertThat(code.text()).matches("[A-Za-z0-9_-]{43}");
        assertThat(code.toString()).doesNotContain(code.text());
    }

    @Test
    void noCodeIsDrawnTwice() {
        SecureRandom secret = new SecureRandom();
        Set<String> drawn = new HashSet<>();
        for (int each = 0; each < 1_000; each++) {
            drawn.add(HandOffCode.draw(secret).text());
        }

        assertThat(drawn).hasSize(1_000);
    }

    @Test
    void onlyTheSameCodeFindsAndReadsWhatWasSealed() {
        HandOffCode same = HandOffCode.of(code.text());
        HandOffCode other = HandOffCode.draw(new SecureRandom());
        byte[] sealed = code.seal(CONTENT);

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
        assertThat(same.hash()).isEqualTo(code.hash()).hasSize(32);
        assertThat(same.open(sealed)).hasValue(CONTENT);
        assertThat(other.hash()).isNotEqualTo(code.hash());
        assertThat(other.open(sealed)).isEmpty();
    }

    @Test
    void whatWasChangedSinceIsNotRead() {
        byte[] sealed = code.seal(CONTENT);
        sealed[0]++;

        assertThat(code.open(sealed)).isEmpty();
        assertThat(code.open(new byte[3])).isEmpty();
    }

    @Test
    void whatSomebodyBringsNeedNotBeACode() {
        for (String nonsense : new String[] {"", "%%%", "\u0000", "é".repeat(128)}) {
            assertThat(HandOffCode.of(nonsense).hash()).hasSize(32);
        }
    }
}
