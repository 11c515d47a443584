package dev.rampgate.brake;

/**
 * Which sessions a brake stops: those that agree with everything that is named here. If nothing is named, all.
 *
 * @param type {@code buy} or {@code sell}; null for both
 * @param currency crypto currency as {@code POST /session} names it; null for all
 * @param network blockchain network as {@code POST /session} names it; null for all
 */
public record BrakeScope(String type, String currency, String network) {

    /** All sessions. */
    public static final BrakeScope ALL = new BrakeScope(null, null, null);

    /** Whether it stops every session. */
    public boolean isAll() {
        return equals(ALL);
    }

    /**
     * Whether it stops such a session. Letter case does not count: another spelling must not pass a brake. A session without a type
     * has the one that Proof has for the partner, which Rampgate does not know: a brake of either type stops it.
     *
     * @param type null if the session's request names none
     */
    public boolean stops(String type, String currency, String network) {
        return (this.type == null || type == null || this.type.equals(type))
                && (this.currency == null || this.currency.equalsIgnoreCase(currency))
                && (this.network == null || this.network.equalsIgnoreCase(network));
    }

    /** For the log, such as {@code sell, USDC, ERC20}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String part : new String[] {type, currency, network}) {
            if (part != null) {
                text.append(text.isEmpty() ? "" : ", ").append(part);
            }
        }
        return text.isEmpty() ? "all" : text.toString();
    }
}
