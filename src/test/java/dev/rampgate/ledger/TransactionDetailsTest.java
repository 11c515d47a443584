package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransactionDetailsTest {

    private static final TransactionDetails ONE = TransactionDetails.of("buy", "USDC", "ERC20")
            .withUser("u1")
            .withRequestedAmount("1")
            .withCryptoAmount("1.1")
            .withFiat("EUR", "1.2")
            .withPaymentMethod("card")
            .withCreatedAt(Instant.ofEpochSecond(1));
    private static final TransactionDetails OTHER = TransactionDetails.of("sell", "USDT", "TRC20")
            .withUser("u2")
            .withRequestedAmount("2")
            .withCryptoAmount("2.1")
            .withFiat("USD", "2.2")
            .withPaymentMethod("bank")
            .withCreatedAt(Instant.ofEpochSecond(2));

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
                .isEqualTo(TransactionDetails.of("buy", "USDC", "ERC20")
                        .withUser("u1")
                        .withRequestedAmount("1")
                        .withCryptoAmount("2.1")
                        .withFiat("USD", "2.2")
                        .withPaymentMethod("bank")
                        .withCreatedAt(Instant.ofEpochSecond(1)));
    }

    @Test
    void updatingForgetsNothing() {
        assertThat(ONE.updatedFrom(TransactionDetails.NONE)).isEqualTo(ONE);
        assertThat(TransactionDetails.NONE.updatedFrom(OTHER)).isEqualTo(OTHER);
    }

    @Test
    void aSessionClaimsOnlyOwnerAndRequestedAmount() {
        assertThat(TransactionDetails.NONE.claimedBy(OTHER))
                .isEqualTo(TransactionDetails.NONE.withUser("u2").withRequestedAmount("2"));
        assertThat(ONE.claimedBy(OTHER)).isEqualTo(ONE);
    }

    @Test
    void withoutAmountsTheRestStays() {
        assertThat(ONE.withoutAmounts())
                .isEqualTo(TransactionDetails.of("buy", "USDC", "ERC20")
                        .withUser("u1")
                        .withRequestedAmount("1")
                        .withFiat("EUR", null)
                        .withPaymentMethod("card")
                        .withCreatedAt(Instant.ofEpochSecond(1)));
    }

    @Test
    void onlyTypeCurrencyAndNetworkContradict() {
        assertThat(ONE.contradicts(with("sell", "USDC", "ERC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDT", "ERC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDC", "TRC20"))).isTrue();
        assertThat(ONE.contradicts(with("buy", "USDC", "ERC20"))).isFalse();
    }

    @Test
    void whatOneSideDoesNotReportContradictsNothing() {
        assertThat(ONE.contradicts(TransactionDetails.NONE)).isFalse();
        assertThat(TransactionDetails.NONE.contradicts(ONE)).isFalse();
    }

    private static TransactionDetails with(String type, String currency, String network) {
        return TransactionDetails.of(type, currency, network)
                .withUser("u2")
                .withRequestedAmount("2")
                .withCryptoAmount("2.1")
                .withFiat("USD", "2.2")
                .withPaymentMethod("bank")
                .withCreatedAt(Instant.ofEpochSecond(2));
    }
}
