package dev.rampgate.sandbox.transaction;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * Moves transactions on as time passes: the user pays or deposits, the delivery follows, an undeposited sell fails
 * (Proof contract, sections 2 and 6). Delays are those of the real thing, times a factor.
 */
public final class TransactionLife implements TransactionBook.Listener {

    /** Runs something later, on a thread that may change the book. */
    @FunctionalInterface
    public interface Timer {
        void after(Duration delay, Runnable task);
    }

    private static final Duration USER_TAKES = Duration.ofSeconds(40);
    private static final Duration DELIVERY_TAKES = Duration.ofSeconds(90);

    private final TransactionBook book;
    private final Timer timer;
    private final RandomGenerator random;
    private final Duration depositWindow;
    /** How many transactions a person may play at once; beyond, the oldest go their way by themselves again. */
    private static final int ATTENDED_LIMIT = 10_000;

    private final Set<String> attended = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > ATTENDED_LIMIT;
        }
    }));
    private final AtomicReference<LifeMode> mode;
    private final AtomicReference<Double> factor;

    /** @param depositWindow how long a sell waits for its deposit, before the factor */
    public TransactionLife(
            TransactionBook book,
            Timer timer,
            RandomGenerator random,
            Duration depositWindow,
            LifeMode mode,
            double factor) {
        this.book = book;
        this.timer = timer;
        this.random = random;
        this.depositWindow = depositWindow;
        this.mode = new AtomicReference<>(mode);
        this.factor = new AtomicReference<>(factor);
    }

    public LifeMode mode() {
        return mode.get();
    }

    /** For what happens from now on; steps that are under way are dropped if the new mode does not take them. */
    public void mode(LifeMode newMode) {
        mode.set(newMode);
    }

    public double factor() {
        return factor.get();
    }

    /** By what the delays of steps not yet begun are multiplied: 1 is real time, 0.1 ten times faster. */
    public void factor(double newFactor) {
        if (!(newFactor >= 0 && newFactor <= 1_000)) {
            throw new IllegalArgumentException("a delay factor is between 0 and 1000, not " + newFactor);
        }
        factor.set(newFactor);
    }

    /** From now on a person plays the user of this transaction, whatever the mode: the simulator no longer does. */
    public void attend(String transactionId) {
        attended.add(transactionId);
    }

    @Override
    public void changed(ProofTransaction transaction, boolean opened) {
        if (ProofStatus.PENDING.is(transaction.status())) {
            later(transaction, varied(USER_TAKES), transaction.isSell() ? Action.DEPOSIT : Action.PAY, true);
            if (transaction.isSell()) {
                later(transaction, depositWindow, Action.FAIL, false);
            }
        } else if (ProofStatus.PROCESSING.is(transaction.status())) {
            later(transaction, varied(DELIVERY_TAKES), Action.COMPLETE, false);
        }
    }

    private void later(ProofTransaction transaction, Duration delay, Action action, boolean byTheUser) {
        if (!takes(byTheUser)) {
            return;
        }
        int change = transaction.history().size();
        Duration scaled = Duration.ofMillis(Math.max(1, Math.round(delay.toMillis() * factor.get())));
        timer.after(scaled, () -> {
            // Whatever happened meanwhile has its own next step; this one is no longer meant.
            boolean unchanged = book.find(transaction.id())
                    .filter(now -> now.history().size() == change)
                    .filter(action::isPossibleFor)
                    .isPresent();
            if (unchanged && takes(byTheUser) && !(byTheUser && attended.contains(transaction.id()))) {
                book.apply(transaction.id(), action);
            }
        });
    }

    private boolean takes(boolean byTheUser) {
        return switch (mode.get()) {
            case AUTOMATIC -> true;
            case ATTENDED -> !byTheUser;
            case MANUAL -> false;
        };
    }

    /** Half as long to half as long again. */
    private Duration varied(Duration typical) {
        return Duration.ofMillis(Math.round(typical.toMillis() * (0.5 + random.nextDouble())));
    }
}
