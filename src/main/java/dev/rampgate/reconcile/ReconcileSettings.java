package dev.rampgate.reconcile;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the reconcile stream. */
@ConfigMapping(prefix = "rampgate.reconcile")
public interface ReconcileSettings {

    /** Maximum number of observations in one batch, and so in one database transaction. Unit: observations. Default: {@code 256}. */
    @WithDefault("256")
    @Bounds(least = 1, most = 5_000)
    int batchSize();

    /**
     * How long a batch waits for more observations after its first one, when no other batch is in flight; otherwise the next
     * batch fills meanwhile. Default: {@code 0ms}.
     */
    @WithDefault("0ms")
    Duration batchLinger();

    /** After this long a batch counts as failed, whatever the database does. Default: {@code 2s}. */
    @WithDefault("2s")
    Duration batchDeadline();

    /**
     * Batches in flight at once; observations of one transaction always go through the same lane. Unit: lanes. Default:
     * {@code 2}.
     */
    @WithDefault("2")
    @Bounds(least = 1, most = 64)
    int lanes();

    /** Maximum number of observations that wait in one lane; more are refused. Unit: observations. Default: {@code 5000}. */
    @WithDefault("5000")
    @Bounds(least = 1)
    int laneCapacity();

    /**
     * Maximum number of observations kept in memory while the database is away, for sessions and for webhooks each. Unit:
     * observations. Default: {@code 10000}.
     */
    @WithDefault("10000")
    @Bounds(least = 1)
    int backlogCapacity();

    /**
     * Maximum number of ids kept in memory once the webhooks' backlog is full; their transactions are polled after recovery. Unit:
     * ids. Default: {@code 50000}.
     */
    @WithDefault("50000")
    @Bounds(least = 1)
    int backlogIdCapacity();

    /** How often the backlog tries the database again. Default: {@code 500ms}. */
    @WithDefault("500ms")
    Duration backlogInterval();

    /**
     * How long a process that is shutting down waits for a database that is away, as long as it keeps sessions or webhooks in
     * memory. What it cannot store by then is lost, and logged. Part of the time that the platform gives it. Default:
     * {@code 30s}.
     */
    @WithDefault("30s")
    Duration shutdownWait();

    /** Maximum number of archived observations per transaction and day. Unit: observations. Default: {@code 1000}. */
    @WithDefault("1000")
    @Bounds(least = 1)
    int archiveLimit();

    /** Maximum number of ids known only from webhooks that wait to be polled. Unit: ids. Default: {@code 10000}. */
    @WithDefault("10000")
    @Bounds(least = 1)
    int unknownCapacity();
}
