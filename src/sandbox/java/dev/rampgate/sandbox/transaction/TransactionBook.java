package dev.rampgate.sandbox.transaction;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * All transactions of the simulated Proof. All changes are made here, one after the other, and listeners are
 * notified in that order. Holds a bounded number; the oldest is dropped.
 */
public final class TransactionBook {

    /** Is notified of every change, on the calling thread and under the book's lock, so that it must return quickly. */
    @FunctionalInterface
    public interface Listener {
        /** @param opened whether this is the session's first {@code pending} rather than a change of status */
        void changed(ProofTransaction transaction, boolean opened);
    }

    private final ProofClock clock;
    private final RandomGenerator random;
    private final IdShape idShape;
    private final Map<String, ProofTransaction> byId;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public TransactionBook(ProofClock clock, RandomGenerator random, IdShape idShape, int limit) {
        this.clock = clock;
        this.random = random;
        this.idShape = idShape;
        this.byId = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, ProofTransaction> eldest) {
                return size() > limit;
            }
        };
    }

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Opens a transaction as a session call of the partner under test does. */
    public ProofTransaction open(SessionOrder order, String fiatCurrency, String address) {
        return open(Optional.empty(), PartnerAccount.OWN, order, fiatCurrency, address);
    }

    /**
     * Opens a transaction of any partner.
     *
     * @param chosenId empty for a new one
     * @throws IllegalArgumentException if there is one of this id already
     */
    public synchronized ProofTransaction open(
            Optional<String> chosenId,
            PartnerAccount partner,
            SessionOrder order,
            String fiatCurrency,
            String address) {
        String id = chosenId.orElseGet(() -> idShape.next(random));
        if (byId.containsKey(id)) {
            throw new IllegalArgumentException("there is a transaction " + id + " already");
        }
        Instant now = clock.instant();
        ProofTransaction opened = new ProofTransaction(
                id,
                partner,
                order.partnerUserId(),
                order.userEmail(),
                order.clientIp(),
                order.type(),
                order.currency(),
                order.network(),
                order.amount(),
                fiatCurrency,
                address,
                now,
                null,
                List.of(new StatusChange(ProofStatus.PENDING.wireName(), now, "", "")));
        byId.put(opened.id(), opened);
        listeners.forEach(listener -> listener.changed(opened, true));
        return opened;
    }

    public synchronized Optional<ProofTransaction> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** @throws UnknownTransaction if it does not exist */
    public ProofTransaction get(String id) {
        return find(id).orElseThrow(() -> new UnknownTransaction(id));
    }

    /** All transactions, oldest first. */
    public synchronized List<ProofTransaction> all() {
        return List.copyOf(byId.values());
    }

    /**
     * Applies an action to a transaction.
     *
     * @throws UnknownTransaction if it does not exist
     * @throws ActionRefused if it does not fit the transaction's type or status
     */
    public synchronized ProofTransaction apply(String id, Action action) {
        ProofTransaction before = get(id);
        if (!action.isPossibleFor(before)) {
            throw new ActionRefused(action, before);
        }
        return change(before, action.leadsTo().wireName());
    }

    /**
     * Sets any status, also an impossible or unknown one, and notifies listeners as for any other change.
     *
     * @throws UnknownTransaction if it does not exist
     */
    public synchronized ProofTransaction force(String id, String status) {
        return change(get(id), status);
    }

    /**
     * Changes fields in place without notifying listeners: the next poll finds the change.
     *
     * @throws UnknownTransaction if it does not exist
     */
    public synchronized ProofTransaction rewrite(String id, ProofTransaction.Rewrite rewrite) {
        ProofTransaction after = get(id).rewritten(rewrite);
        byId.put(id, after);
        return after;
    }

    /** Removes a transaction: from now on its id is unknown. */
    public synchronized void forget(String id) {
        byId.remove(id);
    }

    private ProofTransaction change(ProofTransaction before, String status) {
        boolean paid = ProofStatus.PROCESSING.is(status) || ProofStatus.COMPLETED.is(status);
        FinalAmounts amounts = paid && before.cryptoAmount().isEmpty()
                ? FinalAmounts.of(before.requestedAmount())
                : new FinalAmounts(before.cryptoAmount(), before.fiatAmount());
        ProofTransaction after = before.changed(
                new StatusChange(status, clock.after(before.updatedAt()), amounts.crypto(), amounts.fiat()),
                paid ? "card" : before.paymentMethod());
        byId.put(after.id(), after);
        listeners.forEach(listener -> listener.changed(after, false));
        return after;
    }
}
