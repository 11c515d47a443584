package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClientTokensTest {

    @Test
    void theOtherTokenIsPreferredOnceOneWasRefused() {
        ClientTokens tokens = new ClientTokens(List.of("one", "two"));
        ClientTokens.Token one = tokens.preferred();
        assertThat(tokens.refused(one)).isTrue();
        assertThat(tokens.preferred().authorization()).isEqualTo("Bearer two");
        assertThat(tokens.refused(tokens.preferred())).isTrue();
        assertThat(tokens.preferred()).isSameAs(one);
    }

    @Test
    void aLateRefusalOfATokenDoesNotTurnBack() {
        ClientTokens tokens = new ClientTokens(List.of("one", "two"));
        ClientTokens.Token one = tokens.preferred();
        tokens.refused(one);
        assertThat(tokens.refused(one)).isFalse();
        assertThat(tokens.preferred().authorization()).isEqualTo("Bearer two");
    }

    @Test
    void aSingleTokenStays() {
        ClientTokens tokens = new ClientTokens(List.of("one", "one"));
        assertThat(tokens.hasOther()).isFalse();
        assertThat(tokens.refused(tokens.preferred())).isFalse();
        assertThat(tokens.preferred().authorization()).isEqualTo("Bearer one");
    }
}
