package dev.rampgate.sandbox.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** The active fault rules. Of several rules that match, the one added first applies. Thread-safe. */
public final class Faults {

    static final int RULE_LIMIT = 1_000;

    private record Standing(FaultRule rule, AtomicInteger struck) {
        boolean isSpent() {
            return rule.times() != null && struck.get() >= rule.times();
        }
    }

    private RandomGenerator random;
    private final List<Standing> rules = new ArrayList<>();

    public Faults(RandomGenerator random) {
        this.random = random;
    }

    /** Replaces the source of random numbers for rates. */
    public synchronized void reseed(RandomGenerator newRandom) {
        random = newRandom;
    }

    /** @throws IllegalStateException if there are too many rules already */
    public synchronized Faults add(FaultRule rule) {
        rules.removeIf(Standing::isSpent);
        if (rules.size() >= RULE_LIMIT) {
            throw new IllegalStateException("no more than " + RULE_LIMIT + " fault rules");
        }
        rules.add(new Standing(rule, new AtomicInteger()));
        return this;
    }

    /** The next {@code times} calls at {@code place} get this HTTP status, with Proof's envelope. */
    public Faults answer(Place place, int status, int times) {
        return add(FaultRule.always(place, Fault.Status.of(status)).times(times));
    }

    /** From now on no webhook is sent. */
    public Faults loseWebhooks() {
        return add(FaultRule.always(Place.WEBHOOK, new Fault.Lose()));
    }

    /** Every webhook is sent twice. */
    public Faults doubleWebhooks() {
        return add(FaultRule.always(Place.WEBHOOK, new Fault.Twice()));
    }

    /** A transaction's webhooks wait until it is terminal, and are then sent newest first. */
    public Faults reverseWebhooks() {
        return add(FaultRule.always(Place.WEBHOOK, new Fault.Reverse()));
    }

    /** Webhooks wait until they are released. */
    public Faults holdWebhooks() {
        return add(FaultRule.always(Place.WEBHOOK, new Fault.Hold()));
    }

    /** Every socket upgrade gets this HTTP status; open sockets stay. */
    public Faults refuseSockets(int status) {
        return add(FaultRule.always(Place.SOCKET_UPGRADE, Fault.Status.of(status)));
    }

    /** Removes all rules; held webhooks stay held until they are released. */
    public synchronized void clear() {
        rules.clear();
    }

    /** As {@link #clear()}, for one place. */
    public synchronized void clear(Place place) {
        rules.removeIf(state -> state.rule().place() == place);
    }

    /** The rules that can still apply, in order. */
    public synchronized List<FaultRule> rules() {
        return rules.stream()
                .filter(state -> !state.isSpent())
                .map(Standing::rule)
                .toList();
    }

    /**
     * Returns the fault that applies now, if any, and counts it.
     *
     * @param transactionId null if none is known
     * @param status the transaction's status, or the one in the message; null if none is known
     */
    public synchronized Optional<Fault> strike(Place place, String transactionId, String status) {
        for (Standing state : rules) {
            if (fits(state, place, transactionId, status)) {
                state.struck().incrementAndGet();
                return Optional.of(state.rule().fault());
            }
        }
        return Optional.empty();
    }

    private boolean fits(Standing state, Place place, String transactionId, String status) {
        FaultRule rule = state.rule();
        return rule.place() == place
                && !state.isSpent()
                && (rule.transactionId() == null || rule.transactionId().equals(transactionId))
                && (rule.step() == null || rule.step().equals(status))
                && (rule.rate() == null || random.nextDouble() < rule.rate());
    }
}
