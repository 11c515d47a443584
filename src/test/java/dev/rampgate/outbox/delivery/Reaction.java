package dev.rampgate.outbox.delivery;

import java.time.Duration;
import java.util.Optional;

/** What a simulated receiver does with a request. */
enum Reaction {
    ACCEPTS(204, true),
    /** Its status comes at once; nobody waits for its body. */
    ACCEPTS_WITH_A_SLOW_BODY(200, true),
    /** It has taken the event, and its answer is lost. */
    ACCEPTS_UNHEARD(0, true),
    THROTTLES(429, false),
    THROTTLES_FOR_A_WHILE(429, false),
    IS_BUSY_FOR_A_WHILE(503, false),
    FAILS(500, false),
    IS_GONE(410, false),
    REDIRECTS(302, false),
    REJECTS(422, false),
    /** It never answers. */
    HANGS(0, false),
    RESETS(0, false),
    /** Its certificate is not trusted, or it speaks no TLS: no request is sent. */
    FAILS_TLS(0, false);

    private final int status;
    private final boolean taken;

    Reaction(int status, boolean taken) {
        this.status = status;
        this.taken = taken;
    }

    boolean isTaken() {
        return taken;
    }

    boolean isSilent() {
        return this == HANGS;
    }

    /** As {@code WebhookSender} reports it. */
    WebhookSender.Answer answer(Duration retryAfter, Duration took) {
        if (status == 0) {
            return new WebhookSender.Answer(Outcome.UNREACHABLE, 0, Optional.empty(), took);
        }
        return this == THROTTLES_FOR_A_WHILE || this == IS_BUSY_FOR_A_WHILE
                ? new WebhookSender.Answer(Outcome.THROTTLED, status, Optional.of(retryAfter), took)
                : new WebhookSender.Answer(Outcome.of(status), status, Optional.empty(), took);
    }
}
