package dev.rampgate.reconcile;

import java.time.Duration;
import java.util.concurrent.Executor;

/** Runs tasks one after the other, now or later; what is confined to one needs no lock. */
public interface EventLoop extends Executor {

    /** Runs a task after a while. */
    void schedule(Duration delay, Runnable task);
}
