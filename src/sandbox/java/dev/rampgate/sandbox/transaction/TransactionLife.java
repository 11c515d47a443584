package dev.rampgate.sandbox.transaction;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * Changes transactions over time: the user pays or deposits, the delivery follows, a sell without deposit fails (Proof
 * contract, sections 2 and 6). Delays are realistic ones, times a factor.
 */
public final class TransactionLife implements TransactionBook.Listener {

    /** Runs a task later, on a thread that may change the book. */
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
    /** How many attended and scripted ids are remembered; beyond, the oldest follow the usual course again. */
    private static final int REMEMBERED_LIMIT = 10_000;

    private final Set<String> attended = bounded();
    private final Set<String> scripted = bounded();
    private final AtomicReference<List<StoryStep>> story = new AtomicReference<>(List.of());
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

    /** Sets the mode; pending steps are dropped if the new mode does not make them. */
    public void mode(LifeMode newMode) {
        mode.set(newMode);
    }

    public double factor() {
        return factor.get();
    }

    /** Sets the factor for delays of steps that have not begun: 1 is real time, 0.1 ten times faster. */
    public void factor(double newFactor) {
        if (!(newFactor >= 0 && newFactor <= 1_000)) {
            throw new IllegalArgumentException("a delay factor is between 0 and 1000, not " + newFactor);
        }
        factor.set(newFactor);
    }

    /** From now on a person plays the user of this transaction, in any mode. */
    public void attend(String transactionId) {
        attended.add(transactionId);
    }

    /** Sets what happens to transactions opened from now on; empty for the usual course. */
    public void story(List<StoryStep> steps) {
        story.set(List.copyOf(steps));
    }

    @Override
    public void changed(ProofTransaction transaction, boolean opened) {
        List<StoryStep> steps = story.get();
        if (opened && !steps.isEmpty()) {
            scripted.add(transaction.id());
            play(transaction.id(), steps, 0);
        } else if (!scripted.contains(transaction.id()) || attended.contains(transaction.id())) {
            liveOn(transaction);
        }
    }

    /** Plays one step after the other, until a person takes over or another change happens. */
    private void play(String id, List<StoryStep> steps, int next) {
        if (next < steps.size()) {
            timer.after(scaled(Duration.ofMillis(steps.get(next).afterMs())), () -> book.find(id)
                    .filter(transaction -> !attended.contains(id))
                    .filter(transaction -> steps.get(next).fitting(transaction).isPossibleFor(transaction))
                    .ifPresent(transaction -> {
                        book.apply(id, steps.get(next).fitting(transaction));
                        play(id, steps, next + 1);
                    }));
        }
    }

    private void liveOn(ProofTransaction transaction) {
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
        timer.after(scaled(delay), () -> {
            // Another change meanwhile has its own next step, and cancels this one.
            boolean unchanged = book.find(transaction.id())
                    .filter(now -> now.history().size() == change)
                    .filter(action::isPossibleFor)
                    .isPresent();
            if (unchanged && takes(byTheUser) && !(byTheUser && attended.contains(transaction.id()))) {
                book.apply(transaction.id(), action);
            }
        });
    }

    private Duration scaled(Duration delay) {
        return Duration.ofMillis(Math.max(1, Math.round(delay.toMillis() * factor.get())));
    }

    private boolean takes(boolean byTheUser) {
        return switch (mode.get()) {
            case AUTOMATIC -> true;
            case ATTENDED -> !byTheUser;
            case MANUAL -> false;
        };
    }

    private static Set<String> bounded() {
        return Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > REMEMBERED_LIMIT;
            }
        }));
    }

    /** A random duration from half to one and a half times the typical one. */
    private Duration varied(Duration typical) {
        return Duration.ofMillis(Math.round(typical.toMillis() * (0.5 + random.nextDouble())));
    }
}
