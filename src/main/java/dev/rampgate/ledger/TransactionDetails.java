package dev.rampgate.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What is known about a transaction beside its status. Every component may be null: not known.
 *
 * @param userId the company's id of the user, {@code partner_user_id} at Proof
 * @param type {@code buy} or {@code sell}, which are read in any letter case; or another word as Proof spells it
 * @param currency crypto currency
 * @param network blockchain network
 * @param requestedAmount crypto amount that the session asked for, a decimal string
 * @param cryptoAmount final crypto amount, a plain decimal spelled as Proof sent it where that was one
 * @param fiatCurrency fiat currency, which the user may switch inside the widget
 * @param fiatAmount final fiat amount, likewise
 * @param paymentMethod for example {@code card}; only the socket reports it
 * @param own the company's own reference and metadata, which only a session brings
 * @param address the wallet address that Proof's session answer named
 * @param createdAt when it was created: by our clock if we opened its session, else by Proof's; the first one known stays
 */
public record TransactionDetails(
        String userId,
        String type,
        String currency,
        String network,
        String requestedAmount,
        String cryptoAmount,
        String fiatCurrency,
        String fiatAmount,
        String paymentMethod,
        OwnReference own,
        String address,
        Instant createdAt) {

    private static final List<String> TYPES = List.of("buy", "sell");

    /** Nothing known. */
    public static final TransactionDetails NONE = of(null, null, null);

    /**
     * How the pseudonym begins that stands for the id of a user who was erased: with a control character (SUB), which neither a
     * caller's id nor one that Proof answers can have, so that no user can pose as an erased one.
     */
    public static final String ERASED = "\u001aerased-";

    /**
     * What stands for the id of a user who was erased.
     *
     * @param random leads nowhere
     */
    public static String pseudonym(UUID random) {
        return ERASED + random;
    }

    /** Whether this is no user's id, but stands for one who was erased. */
    public static boolean isPseudonym(String userId) {
        return userId != null && userId.startsWith(ERASED);
    }

    public TransactionDetails {
        type = word(type);
    }

    /** What can never change; each may be null. */
    public static TransactionDetails of(String type, String currency, String network) {
        return new TransactionDetails(null, type, currency, network, null, null, null, null, null, null, null, null);
    }

    /** The details that a session brings; amounts and the payment method are not known yet. */
    public static TransactionDetails ofSession(
            String userId, String type, String currency, String network, String requestedAmount, Instant createdAt) {
        return of(type, currency, network)
                .withUser(userId)
                .withRequestedAmount(requestedAmount)
                .withCreatedAt(createdAt);
    }

    /** These details with another owner. */
    public TransactionDetails withUser(String id) {
        return new TransactionDetails(
                id,
                type,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                own,
                address,
                createdAt);
    }

    /** These details with another amount that the session asked for. */
    public TransactionDetails withRequestedAmount(String amount) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                amount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                own,
                address,
                createdAt);
    }

    /** These details with another final crypto amount. */
    public TransactionDetails withCryptoAmount(String amount) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                requestedAmount,
                amount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                own,
                address,
                createdAt);
    }

    /** These details with another fiat currency and another final fiat amount. */
    public TransactionDetails withFiat(String symbol, String amount) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                symbol,
                amount,
                paymentMethod,
                own,
                address,
                createdAt);
    }

    /** These details with another payment method. */
    public TransactionDetails withPaymentMethod(String method) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                method,
                own,
                address,
                createdAt);
    }

    /** These details with another time of creation. */
    public TransactionDetails withCreatedAt(Instant time) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                own,
                address,
                time);
    }

    /** Whether the user was erased: nothing that could name him may be kept any more. */
    public boolean isErased() {
        return isPseudonym(userId);
    }

    /** These details with what the company calls the session, and where Proof sends. */
    public TransactionDetails with(OwnReference reference, String walletAddress) {
        return new TransactionDetails(
                userId,
                type,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                reference == null || reference.isEmpty() ? null : reference,
                walletAddress,
                createdAt);
    }

    /** These details after their user was erased: without reference, metadata and address, which could name him. */
    public TransactionDetails erasedAs(String pseudonym) {
        return withUser(pseudonym).with(null, null);
    }

    /** These details, and where they know nothing, the other's. */
    public TransactionDetails filledFrom(TransactionDetails other) {
        return new TransactionDetails(
                first(userId, other.userId),
                first(type, other.type),
                first(currency, other.currency),
                first(network, other.network),
                first(requestedAmount, other.requestedAmount),
                first(cryptoAmount, other.cryptoAmount),
                first(fiatCurrency, other.fiatCurrency),
                first(fiatAmount, other.fiatAmount),
                first(paymentMethod, other.paymentMethod),
                first(own, other.own),
                first(address, other.address),
                first(createdAt, other.createdAt));
    }

    /** These details with the other's amounts and payment method where it has them, then filled from it. */
    public TransactionDetails updatedFrom(TransactionDetails other) {
        return withCryptoAmount(first(other.cryptoAmount, cryptoAmount))
                .withFiat(first(other.fiatCurrency, fiatCurrency), first(other.fiatAmount, fiatAmount))
                .withPaymentMethod(first(other.paymentMethod, paymentMethod))
                .filledFrom(other);
    }

    /** These details for another attempt, whose amounts may be others. */
    TransactionDetails withoutAmounts() {
        return withCryptoAmount(null).withFiat(fiatCurrency, null);
    }

    /**
     * These details with owner, requested amount, own reference and address filled from a session. Another user's session
     * gives no reference and no address: the owner would read what the other wrote.
     */
    TransactionDetails claimedBy(TransactionDetails session) {
        TransactionDetails claim = ofSession(session.userId, null, null, null, session.requestedAmount, null);
        boolean sameOwner = userId == null || userId.equals(session.userId);
        return filledFrom(sameOwner ? claim.with(session.own, session.address) : claim);
    }

    /** Whether both have a type, currency or network and these differ, but for letter case: they can never change. */
    boolean contradicts(TransactionDetails other) {
        return differ(type, other.type) || differ(currency, other.currency) || differ(network, other.network);
    }

    private static String word(String spelled) {
        if (spelled == null) {
            return null;
        }
        String stripped = spelled.strip();
        for (String type : TYPES) {
            if (type.equalsIgnoreCase(stripped)) {
                return type;
            }
        }
        return spelled;
    }

    private static boolean differ(String one, String other) {
        return one != null && other != null && !one.strip().equalsIgnoreCase(other.strip());
    }

    private static <T> T first(T preferred, T fallback) {
        return preferred != null ? preferred : fallback;
    }
}
