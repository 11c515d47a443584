package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransactionDetailsTest {

    private static final TransactionDetails ONE = new TransactionDetails(
            "u1", "buy", "USDC", "ERC20", "1", "1.1", "EUR", "1.2", "card", Instant.ofEpochSecond(1));
    private static final TransactionDetails OTHER = new TransactionDetails(
            "u2", "sell", "USDT", "TRC20", "2", "2.1", "USD", "2.2", "bank", Instant.ofEpochSecond(2));

    @Test
    void fillingKeepsEverythingThatIsKnown() {
        assertThat(ONE.filledFrom(OTHER)).isEqualTo(ONE);
        assertThat(ONE.filledFrom(TransactionDetails.NONE)).isEqualTo(ONE);
    }

    @Test
    void fillingTakesEverythingThatIsNot() {
        assertThat(TransactionDetails.NONE.filledFrom(OTHER)).isEqualTo(OTHER);
    }

    @Test
    void updatingReplacesAmountsFiatCurrencyAndPaymentMethod() {
        assertThat(ONE.updatedFrom(OTHER))
                .isEqualTo(new TransactionDetails(
                        "u1", "buy", "USDC", "ERC20", "1", "2.1", "USD", "2.2", "bank", Instant.ofEpochSecond(1)));
    }

    @Test
    void updatingForgetsNothing() {
        assertThat(ONE.updatedFrom(TransactionDetails.NONE)).isEqualTo(ONE);
        assertThat(TransactionDetails.NONE.updatedFrom(OTHER)).isEqualTo(OTHER);
    }

    @Test
    void aSessionClaimsOnlyOwnerAndRequestedAmount() {
        assertThat(TransactionDetails.NONE.claimedBy(OTHER))
                .isEqualTo(new TransactionDetails("u2", null, null, null, "2", null, null, null, null, null));
        assertThat(ONE.claimedBy(OTHER)).isEqualTo(ONE);
    }

    @Test
    void withoutAmountsTheRestStays() {
        assertThat(ONE.withoutAmounts())
                .isEqualTo(new TransactionDetails(
                        "u1", "buy", "USDC", "ERC20", "1", null, "EUR", null, "card", Instant.ofEpochSecond(1)));
    }

    @Test
    void onlyTypeCurrencyAndNetworkContradict() {
        assertThat(ONE.contradicts(with("sell", "USDC", "ERC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDT", "ERC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDC", "TRC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDC", "ERC20"))).isFalse();
    }

    @Test
    void whatOneSideDoesNotTellContradictsNothing() {
        assertThat(ONE.contradicts(TransactionDetails.NONE)).isFalse();
        assertThat(TransactionDetails.NONE.contradicts(ONE)).isFalse();
    }

    private static TransactionDetails with(String type, String currency, String network) {
        return new TransactionDetails(
                "u2", type, currency, network, "2", "2.1", "USD", "2.2", "bank", Instant.ofEpochSecond(2));
    }
}
