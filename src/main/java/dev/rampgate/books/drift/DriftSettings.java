package dev.rampgate.books.drift;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of drift runs, which poll settled transactions again, and of breaks. */
@ConfigMapping(prefix = "rampgate.books.drift")
public interface DriftSettings {

    /**
     * The part of {@code rampgate.poll.max-rate} that a drift run may use. Unit: 1 is all of it. Default: {@code 0.25}.
     */
    @WithDefault("0.25")
    @Bounds(least = 0.001, most = 1)
    double share();

    /** Maximum number of settled transactions of one run; a run over more ends as {@code too_large}. Unit: transactions. Default: {@code 2000000}. */
    @WithDefault("2000000")
    @Bounds(least = 1)
    long maxTransactions();

    /**
     * How long a difference may be a matter of timing before it counts as real: since Proof's change, since our last change of a
     * transaction that is not settled, or around the ends of an imported statement's period. Default: {@code 24h}.
     */
    @WithDefault("24h")
    Duration timing();
}
