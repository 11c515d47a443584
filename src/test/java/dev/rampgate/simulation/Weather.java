package dev.rampgate.simulation;

import dev.rampgate.proof.ProofFailure;
import dev.rampgate.reconcile.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How bad the world is at the moment: what the networks, the database and Proof do to those who use them. */
final class Weather {

    private enum DatabaseState {
        FINE,
        REFUSING,
        HANGING
    }

    private record Waiting(VirtualLoop loop, Runnable goesOn) {}

    private static final Duration PROOF_TIMEOUT = Duration.ofSeconds(10);

    private final RandomGenerator random;
    private final double roughness;
    private final Duration lagTolerance;
    private final List<Waiting> hanging = new ArrayList<>();
    private DatabaseState database = DatabaseState.FINE;
    private ProofFailure.Kind proofTrouble;
    private boolean calm;

    /** @param roughness how likely it is that a single thing goes wrong, 0 to 1 */
    Weather(RandomGenerator random, double roughness, Duration lagTolerance) {
        this.random = random;
        this.roughness = roughness;
        this.lagTolerance = lagTolerance;
    }

    /** From now on nothing goes wrong any more. */
    void calmDown() {
        calm = true;
        proofTrouble = null;
        databaseIsBack();
    }

    void databaseGoes(boolean hangs) {
        database = hangs ? DatabaseState.HANGING : DatabaseState.REFUSING;
    }

    void databaseIsBack() {
        database = DatabaseState.FINE;
        List<Waiting> waiting = List.copyOf(hanging);
        hanging.clear();
        waiting.forEach(one -> one.loop.execute(one.goesOn));
    }

    void proofFails(ProofFailure.Kind how) {
        proofTrouble = how;
    }

    /** Goes on when the database answers at all. */
    void onDatabase(VirtualLoop loop, Runnable goesOn) {
        if (database == DatabaseState.HANGING) {
            hanging.add(new Waiting(loop, goesOn));
        } else {
            goesOn.run();
        }
    }

    Duration databaseDelay() {
        return Duration.ofNanos(1_000 * (goesWrong(0.3) ? random.nextLong(1_000_000) : random.nextLong(50, 2_000)));
    }

    Optional<StoreException> databaseFailure() {
        if (database == DatabaseState.REFUSING || goesWrong(0.2)) {
            return Optional.of(new StoreException(StoreException.Kind.AWAY, "the connection was refused", null));
        }
        return goesWrong(0.2)
                ? Optional.of(new StoreException(StoreException.Kind.COLLISION, "SQLSTATE 40001", null))
                : Optional.empty();
    }

    boolean losesAnswer() {
        return goesWrong(0.2);
    }

    /** Whether a frame, a webhook or a call is lost. */
    boolean losesNews() {
        return goesWrong(3);
    }

    Duration newsDelay() {
        return Duration.ofMillis(goesWrong(2) ? random.nextLong(60_000) : random.nextLong(5, 400));
    }

    int copies() {
        return goesWrong(2) ? random.nextInt(4) : 1;
    }

    Duration proofDelay() {
        return Duration.ofMillis(goesWrong(1) ? random.nextLong(9_000) : random.nextLong(5, 300));
    }

    /** How old the copy is that answers a call. */
    Duration proofLag() {
        return goesWrong(4) ? Duration.ofMillis(random.nextLong(lagTolerance.toMillis())) : Duration.ZERO;
    }

    /** How a call of Proof fails, and after how long; none if it does not. */
    Optional<ProofFailure.Kind> proofFailure() {
        if (proofTrouble != null) {
            return Optional.of(proofTrouble);
        }
        return goesWrong(1)
                ? Optional.of(random.nextBoolean() ? ProofFailure.Kind.TIMEOUT : ProofFailure.Kind.INTERNAL_ERROR)
                : Optional.empty();
    }

    Duration proofTimeout() {
        return PROOF_TIMEOUT;
    }

    boolean cutsSocket() {
        return goesWrong(2);
    }

    private boolean goesWrong(double weight) {
        return !calm && random.nextDouble() < roughness * weight;
    }
}
