package dev.rampgate.backoffice;

import dev.rampgate.privacy.ErasureReplay;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Refuses calls until the erasure ledger is applied: after a restore the database has users who were erased. */
@ApplicationScoped
class ErasuresFirst implements OperatorCallListener {

    private final ErasureReplay replay;

    ErasuresFirst(ErasureReplay replay) {
        this.replay = replay;
    }

    @Override
    public Uni<Void> beginning(OperatorCall call) {
        return replay.isPending()
                ? Uni.createFrom()
                        .failure(new ProblemException(Problem.of(
                                ProblemType.UNAVAILABLE, "The erasure ledger is not applied to the database yet")))
                : Uni.createFrom().voidItem();
    }
}
