package dev.rampgate.sandbox.transaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One transaction of the simulated Proof: the truth that the code under test has to find. Immutable; every change creates a
 * new instance.
 *
 * @param id {@code merchant_transaction_id}
 * @param partner the partner that owns it
 * @param partnerUserId echo of the session request
 * @param userEmail echo of the session request; personal, never logged
 * @param clientIp the user's address in the session request, null if absent
 * @param type {@code buy} or {@code sell}
 * @param currency crypto currency
 * @param network blockchain network
 * @param requestedAmount crypto amount of the session request
 * @param fiatCurrency fiat currency
 * @param address wallet that Proof resolved; for a sell the deposit address
 * @param createdAt time of the session
 * @param paymentMethod null until a payment was made
 * @param history every status it has had, oldest first, never empty
 */
public record ProofTransaction(
        String id,
        PartnerAccount partner,
        String partnerUserId,
        String userEmail,
        String clientIp,
        String type,
        String currency,
        String network,
        String requestedAmount,
        String fiatCurrency,
        String address,
        Instant createdAt,
        String paymentMethod,
        List<StatusChange> history) {

    /** Maximum length of a history; a transaction that changes more often is a mistake in the test. */
    static final int HISTORY_LIMIT = 1_000;

    public ProofTransaction {
        history = List.copyOf(history);
    }

    /** The present status as Proof spells it; after {@link TransactionBook#force} it may be unknown to the contract. */
    public String status() {
        return last().status();
    }

    public String cryptoAmount() {
        return last().cryptoAmount();
    }

    public String fiatAmount() {
        return last().fiatAmount();
    }

    public Instant updatedAt() {
        return last().at();
    }

    public boolean isSell() {
        return "sell".equals(type);
    }

    public boolean isTerminal() {
        return ProofStatus.isTerminal(status());
    }

    public StatusChange last() {
        return history.get(history.size() - 1);
    }

    ProofTransaction changed(StatusChange change, String method) {
        if (history.size() >= HISTORY_LIMIT) {
            throw new IllegalStateException("transaction " + id + " has changed " + HISTORY_LIMIT + " times");
        }
        List<StatusChange> longer = new ArrayList<>(history);
        longer.add(change);
        return with(type, currency, network, method, longer);
    }

    ProofTransaction rewritten(Rewrite rewrite) {
        List<StatusChange> same = new ArrayList<>(history);
        same.set(
                same.size() - 1,
                new StatusChange(
                        rewrite.status().orElse(status()),
                        rewrite.updatedAt().orElse(updatedAt()),
                        rewrite.cryptoAmount().orElse(cryptoAmount()),
                        rewrite.fiatAmount().orElse(fiatAmount())));
        return with(
                rewrite.type().orElse(type),
                rewrite.currency().orElse(currency),
                rewrite.network().orElse(network),
                rewrite.paymentMethod().orElse(paymentMethod),
                same);
    }

    private ProofTransaction with(
            String newType, String newCurrency, String newNetwork, String method, List<StatusChange> newHistory) {
        return new ProofTransaction(
                id,
                partner,
                partnerUserId,
                userEmail,
                clientIp,
                newType,
                newCurrency,
                newNetwork,
                requestedAmount,
                fiatCurrency,
                address,
                createdAt,
                method,
                newHistory);
    }

    @Override
    public String toString() {
        return "ProofTransaction[" + id + " " + type + " " + status() + "]";
    }

    /**
     * New values for some fields of a transaction, without a notification: with it a test makes Proof contradict itself. Empty
     * fields keep their values.
     */
    public record Rewrite(
            Optional<String> type,
            Optional<String> currency,
            Optional<String> network,
            Optional<String> paymentMethod,
            Optional<String> status,
            Optional<Instant> updatedAt,
            Optional<String> cryptoAmount,
            Optional<String> fiatAmount) {

        /** Nothing rewritten yet. */
        public static Rewrite nothing() {
            return new Rewrite(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public Rewrite type(String value) {
            return new Rewrite(
                    Optional.of(value), currency, network, paymentMethod, status, updatedAt, cryptoAmount, fiatAmount);
        }

        public Rewrite currency(String value) {
            return new Rewrite(
                    type, Optional.of(value), network, paymentMethod, status, updatedAt, cryptoAmount, fiatAmount);
        }

        public Rewrite network(String value) {
            return new Rewrite(
                    type, currency, Optional.of(value), paymentMethod, status, updatedAt, cryptoAmount, fiatAmount);
        }

        public Rewrite status(String value) {
            return new Rewrite(
                    type, currency, network, paymentMethod, Optional.of(value), updatedAt, cryptoAmount, fiatAmount);
        }

        public Rewrite updatedAt(Instant value) {
            return new Rewrite(
                    type, currency, network, paymentMethod, status, Optional.of(value), cryptoAmount, fiatAmount);
        }

        public Rewrite amounts(String crypto, String fiat) {
            return new Rewrite(
                    type, currency, network, paymentMethod, status, updatedAt, Optional.of(crypto), Optional.of(fiat));
        }
    }
}
