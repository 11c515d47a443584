package dev.rampgate.sandbox.transaction;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * All transactions of the simulated Proof. Every change goes through here, one after the other, and is told to the
 * listeners in that order. Holds a bounded number; the oldest goes when one too many comes.
 */
public final class TransactionBook {

    /** Is told of every change, on the thread that made it and under the book's lock: hand over, do not work. */
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

    /** @throws UnknownTransaction if there is none of this id */
    public ProofTransaction get(String id) {
        return find(id).orElseThrow(() -> new UnknownTransaction(id));
    }

    /** All of them, oldest first. */
    public synchronized List<ProofTransaction> all() {
        return List.copyOf(byId.values());
    }

    /**
     * Lets something happen to a transaction.
     *
     * @throws UnknownTransaction if there is none of this id
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
     * Sets any status, also one that cannot follow or that nobody knows, and announces it like any other change.
     *
     * @throws UnknownTransaction if there is none of this id
     */
    public synchronized ProofTransaction force(String id, String status) {
        return change(get(id), status);
    }

    /**
     * Changes fields in place and announces nothing: the next poll finds them.
     *
     * @throws UnknownTransaction if there is none of this id
     */
    public synchronized ProofTransaction rewrite(String id, ProofTransaction.Rewrite rewrite) {
        ProofTransaction after = get(id).rewritten(rewrite);
        byId.put(id, after);
        return after;
    }

    /** Proof loses a transaction: from now on its id is not found. */
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
