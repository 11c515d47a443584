package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.transaction.Action;
import java.util.Locale;
import java.util.Optional;

/** The steps that a person can take inside the widget. */
enum WidgetStep {
    /** The identity check succeeds. */
    VERIFY,
    /** The identity check fails; the user may repeat it. */
    REJECT,
    /** The card is charged. */
    PAY,
    /** The card is refused. */
    DECLINE,
    /** The user sends the crypto of a sell. */
    SEND,
    CANCEL,
    /** Another payment with the same transaction. */
    RETRY;

    static Optional<WidgetStep> of(String name) {
        for (WidgetStep step : values()) {
            if (step.wireName().equals(name)) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The step's action on the transaction; empty if it concerns the user's identity. */
    Optional<Action> action() {
        return switch (this) {
            case VERIFY, REJECT -> Optional.empty();
            case PAY -> Optional.of(Action.PAY);
            case DECLINE -> Optional.of(Action.FAIL);
            case SEND -> Optional.of(Action.DEPOSIT);
            case CANCEL -> Optional.of(Action.CANCEL);
            case RETRY -> Optional.of(Action.RETRY);
        };
    }

    /** Whether the contract requires a verified identity; a user may cancel at any time. */
    boolean needsVerifiedUser() {
        return switch (this) {
            case PAY, DECLINE, SEND, RETRY -> true;
            case VERIFY, REJECT, CANCEL -> false;
        };
    }
}
