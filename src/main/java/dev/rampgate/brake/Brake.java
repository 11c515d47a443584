package dev.rampgate.brake;

import java.time.Instant;

/**
 * Sessions that an operator has stopped.
 *
 * @param name what the operator calls it
 * @param scope which sessions
 * @param reason why, in the operator's words; users and the log never see it
 * @param createdBy the actor that put it on
 * @param changedBy the actor that changed it last
 * @param expiresAt when it ends by itself
 * @param active whether it stops sessions: it has not expired, as the database's clock says
 */
public record Brake(
        String name,
        BrakeScope scope,
        String reason,
        Instant createdAt,
        String createdBy,
        Instant changedAt,
        String changedBy,
        Instant expiresAt,
        boolean active) {

    /** Without the reason. */
    @Override
    public String toString() {
        return "Brake[" + name + " " + scope + "]";
    }
}
