package dev.rampgate.wire;

/**
 * What can be a {@code merchant_transaction_id}. Proof's ids are opaque (Proof contract, C13), so little is refused: what
 * cannot be stored or printed, and what would leave the path of a call. Every class that takes an id from outside checks it here.
 */
public final class TransactionIds {

    /** Most characters that an id may have. */
    public static final int MAX_LENGTH = 128;

    /** What an id must be, as problem answers say it. */
    public static final String RULE = "must be 1 to 128 characters without control characters";

    private TransactionIds() {}

    /**
     * Whether a text can be an id: 1 to 128 characters, {@link CleanText clean}, and neither {@code .} nor {@code ..}. As the last part of
     * a path those mean another one, and percent-encoding does not help: proxies and servers decode before they walk a path.
     */
    public static boolean isPossible(String text) {
        return text != null
                && !text.isEmpty()
                && text.length() <= MAX_LENGTH
                && CleanText.isClean(text)
                && !text.equals(".")
                && !text.equals("..");
    }
}
