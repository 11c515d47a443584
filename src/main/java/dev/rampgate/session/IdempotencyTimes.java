package dev.rampgate.session;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How long idempotency keys are valid. A wrong setting fails startup. */
@Startup
@Singleton
class IdempotencyTimes {

    private static final String KEEP = "rampgate.session.idempotency.keep";

    /** A session's token may live no longer (Proof contract, C6), so that its answer is of no use afterwards. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final Duration keep;
    private final Duration longestOpening;

    /** @param callDeadline how long the call to Proof may take, with all its attempts */
    @Inject
    IdempotencyTimes(
            SessionSettings settings, @ConfigProperty(name = "rampgate.proof.session-deadline") Duration callDeadline) {
        this(settings.idempotency().keep(), callDeadline.plus(settings.storeTimeout()));
    }

    IdempotencyTimes(Duration keep, Duration longestOpening) {
        this.keep = keep;
        this.longestOpening = longestOpening;
        if (keep.compareTo(longestOpening) <= 0 || keep.compareTo(TOKEN_LIFE) >= 0) {
            throw new ConfigurationException(
                    KEEP + " must be longer than an opening may take (" + longestOpening.toSeconds()
                            + "s) and shorter than 1h, since the answers hold tokens that live no longer; write for"
                            + " example 15m",
                    Set.of(KEEP));
        }
    }

    /** How long an answer is given again. */
    Duration keep() {
        return keep;
    }

    /** How long opening a session may take. */
    Duration longestOpening() {
        return longestOpening;
    }
}
