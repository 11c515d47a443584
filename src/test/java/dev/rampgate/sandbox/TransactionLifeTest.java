package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.IdShape;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.StatusChange;
import dev.rampgate.sandbox.transaction.TransactionBook;
import dev.rampgate.sandbox.transaction.TransactionLife;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What happens to a transaction by itself as time passes; time here passes by hand. */
class TransactionLifeTest {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");

    private final HandClock time = new HandClock();
    private final TransactionBook book =
            new TransactionBook(new ProofClock(time::now, ChronoUnit.MILLIS), new Random(1), IdShape.UUID, 100);

    @Test
    void anAutomaticBuyIsPaidAndCompletesByItself() {
        live(LifeMode.AUTOMATIC, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));

        time.pass(Duration.ofMinutes(10));

        assertThat(statuses(id)).containsExactly("pending", "processing", "completed");
        List<StatusChange> history = book.get(id).history();
        assertThat(Duration.between(START, history.get(1).at()))
                .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    @Test
    void theFactorCompressesTheDelays() {
        live(LifeMode.AUTOMATIC, 0.01);
        String id = open(SessionOrder.sell("cust-1", "USDT", "TRC20", "100"));

        time.pass(Duration.ofSeconds(2));

        assertThat(statuses(id)).containsExactly("pending", "processing", "completed");
    }

    @Test
    void anAttendedBuyWaitsForThePersonAndCompletesByItselfOncePaid() {
        live(LifeMode.ATTENDED, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));
        time.pass(Duration.ofDays(2));
        assertThat(statuses(id)).containsExactly("pending");

        book.apply(id, Action.PAY);
        time.pass(Duration.ofMinutes(10));

        assertThat(statuses(id)).containsExactly("pending", "processing", "completed");
    }

    @Test
    void aSellWithoutDepositFailsAfterItsWindowAndNotBefore() {
        live(LifeMode.ATTENDED, 1);
        String id = open(SessionOrder.sell("cust-1", "USDT", "TRC20", "100"));

        time.pass(Duration.ofHours(6).minusSeconds(1));
        assertThat(statuses(id)).containsExactly("pending");
        time.pass(Duration.ofSeconds(1));

        assertThat(statuses(id)).containsExactly("pending", "failed");
        assertThat(book.get(id).cryptoAmount()).isEmpty();
    }

    @Test
    void aDepositEndsTheWindow() {
        live(LifeMode.MANUAL, 1);
        TransactionLife life = live(LifeMode.ATTENDED, 1);
        String id = open(SessionOrder.sell("cust-1", "USDT", "TRC20", "100"));
        book.apply(id, Action.DEPOSIT);
        life.mode(LifeMode.MANUAL);

        time.pass(Duration.ofHours(7));

        assertThat(statuses(id)).containsExactly("pending", "processing");
    }

    @Test
    void nothingMovesByHandUntilSomebodyActs() {
        live(LifeMode.MANUAL, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));
        book.apply(id, Action.PAY);

        time.pass(Duration.ofDays(1));

        assertThat(statuses(id)).containsExactly("pending", "processing");
    }

    @Test
    void aPersonWhoCancelsIsNotOvertakenByTheAutomaton() {
        live(LifeMode.AUTOMATIC, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));
        time.pass(Duration.ofSeconds(5));
        book.apply(id, Action.CANCEL);

        time.pass(Duration.ofDays(1));

        assertThat(statuses(id)).containsExactly("pending", "cancelled");
    }

    @Test
    void aRetryAfterAFailureCompletesUnderTheSameId() {
        live(LifeMode.AUTOMATIC, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));
        book.apply(id, Action.FAIL);
        book.apply(id, Action.RETRY);

        time.pass(Duration.ofMinutes(10));

        assertThat(statuses(id)).containsExactly("pending", "failed", "processing", "completed");
    }

    @Test
    void theOldestTransactionGoesWhenThereAreTooMany() {
        String first = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "1"));
        for (int i = 0; i < 100; i++) {
            open(SessionOrder.buy("cust-1", "USDC", "ERC20", "1"));
        }

        assertThat(book.find(first)).isEmpty();
        assertThat(book.all()).hasSize(100);
    }

    @Test
    void aPersonAtTheWidgetTakesTheUsersPartAndTheRestGoesByItself() {
        TransactionLife life = live(LifeMode.AUTOMATIC, 1);
        String id = open(SessionOrder.buy("cust-1", "USDC", "ERC20", "42.75"));

        life.attend(id);
        time.pass(Duration.ofHours(1));
        assertThat(statuses(id)).containsExactly("pending");

        book.apply(id, Action.PAY);
        time.pass(Duration.ofHours(1));
        assertThat(statuses(id)).containsExactly("pending", "processing", "completed");
    }

    private TransactionLife live(LifeMode mode, double factor) {
        TransactionLife life = new TransactionLife(book, time::after, new Random(2), Duration.ofHours(6), mode, factor);
        book.listen(life);
        return life;
    }

    private String open(SessionOrder order) {
        return book.open(order, "EUR", "0xaddress").id();
    }

    private List<String> statuses(String id) {
        ProofTransaction transaction = book.get(id);
        return transaction.history().stream().map(StatusChange::status).toList();
    }

    /** Time that passes when told, and runs what falls due on the way. */
    private static final class HandClock {
        private record Due(Instant at, Runnable task) {}

        private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::at));
        private Instant now = START;

        Instant now() {
            return now;
        }

        void after(Duration delay, Runnable task) {
            due.add(new Due(now.plus(delay), task));
        }

        void pass(Duration time) {
            Instant end = now.plus(time);
            while (!due.isEmpty() && !due.peek().at().isAfter(end)) {
                Due next = due.remove();
                now = next.at();
                next.task().run();
            }
            now = end;
        }
    }
}
