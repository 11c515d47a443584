package dev.rampgate.sandbox.transaction;

/**
 * What one widget session is asked for (Proof contract, section 2), after it was validated.
 *
 * @param clientIp null if it was left out
 * @param redirectUrl null if it was left out
 */
public record SessionOrder(
        String partnerUserId,
        String userEmail,
        String type,
        String currency,
        String network,
        String amount,
        String clientIp,
        String redirectUrl) {

    /** A buy as the contract's example has it, for a user of a test. */
    public static SessionOrder buy(String partnerUserId, String currency, String network, String amount) {
        return new SessionOrder(
                partnerUserId,
                partnerUserId + "@example.test",
                "buy",
                currency,
                network,
                amount,
                "198.51.100.23",
                null);
    }

    /** A sell for a user of a test. */
    public static SessionOrder sell(String partnerUserId, String currency, String network, String amount) {
        return new SessionOrder(
                partnerUserId,
                partnerUserId + "@example.test",
                "sell",
                currency,
                network,
                amount,
                "198.51.100.23",
                null);
    }

    @Override
    public String toString() {
        return "SessionOrder[" + type + " " + amount + " " + currency + " " + network + "]";
    }
}
