package dev.rampgate.channel.poll;

import dev.rampgate.pollqueue.PollQueue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** A poll queue for tests that fails whatever a test does not expect; a test overrides what it expects. */
abstract class StrictPollQueue implements PollQueue {

    @Override
    public Uni<Void> release(Claim claim) {
        throw new AssertionError("no claim was to be given back");
    }

    @Override
    public Uni<Void> postpone(Claim claim, Duration delay, boolean missing) {
        throw new AssertionError("no call was to fail");
    }

    @Override
    public Uni<Void> forget(Claim claim) {
        throw new AssertionError("no transaction was to be unknown");
    }

    @Override
    public Uni<Void> pause(Duration duration) {
        throw new AssertionError("Proof was not to ask for a pause");
    }

    @Override
    public Uni<Boolean> refuse() {
        throw new AssertionError("Proof was not to refuse us");
    }

    @Override
    public Uni<Void> resume() {
        throw new AssertionError("polls were not to be stopped");
    }
}
