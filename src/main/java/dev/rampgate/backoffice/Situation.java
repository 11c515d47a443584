package dev.rampgate.backoffice;

import dev.rampgate.ledger.Status;
import java.time.Duration;
import java.util.Locale;

/** In which situation a transaction is: each has texts of its own. Every transaction is in exactly one. */
enum Situation {
    /** Completed, shown by a poll. */
    COMPLETED,
    /** Completed, and Proof said something else later. */
    COMPLETED_CONTRADICTED,
    /** Completed, and an amount could not be read. */
    COMPLETED_AMOUNT_UNREADABLE,
    /** Completed by a socket or a trusted webhook; no poll has shown it. */
    COMPLETED_UNCONFIRMED,
    /** Proof refuses our token or address. */
    PROOF_REFUSES_US,
    /** Proof answers that there is no such transaction. */
    UNKNOWN_TO_PROOF,
    /** Proof reports a status that the contract does not know. */
    UNKNOWN_STATUS,
    /** Polls say something else than what is recorded. */
    POLLS_DISAGREE,
    /** Polls fail. */
    PROOF_DOES_NOT_ANSWER,
    /** A webhook claims a status that no poll has shown. */
    REPORTED,
    /** A purchase that stayed open for a week; no longer polled. */
    ABANDONED,
    /** Failed by a socket or a trusted webhook; no poll has shown it. */
    FAILED_UNCONFIRMED,
    /** Failed; the user may still try again inside the widget. */
    FAILED_WATCHED,
    /** Failed for good. */
    FAILED,
    /** Cancelled by a socket or a trusted webhook; no poll has shown it. */
    CANCELLED_UNCONFIRMED,
    /** Cancelled; the user may still try again inside the widget. */
    CANCELLED_WATCHED,
    /** Cancelled for good. */
    CANCELLED,
    /** Paid, on its way. */
    PROCESSING,
    /** Paid, and on its way for unusually long. */
    PROCESSING_LONG,
    /** Tried again after an attempt that failed or was cancelled. */
    RETRIED,
    /** A purchase that waits for the user's payment. */
    PENDING_BUY,
    /** A purchase that has waited for the payment for unusually long. */
    PENDING_BUY_LONG,
    /** A sale that waits for the user's deposit. */
    PENDING_SELL,
    /** A sale that has waited for the deposit for unusually long. */
    PENDING_SELL_LONG;

    /** From when on something takes unusually long. */
    static final Duration LONG = Duration.ofHours(1);

    /** As the interface spells it. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Situation of(CaseFacts facts) {
        if (facts.status() == Status.COMPLETED && facts.confirmed()) {
            return completed(facts);
        }
        if (!facts.settled() && !facts.abandoned()) {
            Situation trouble = trouble(facts);
            if (trouble != null) {
                return trouble;
            }
        }
        if (facts.reported() != null) {
            return REPORTED;
        }
        return facts.abandoned() ? ABANDONED : byStatus(facts);
    }

    private static Situation completed(CaseFacts facts) {
        if (!facts.followUp().contradictions().isEmpty()) {
            return COMPLETED_CONTRADICTED;
        }
        return !facts.settled() && facts.followUp().amountUnreadSince() != null
                ? COMPLETED_AMOUNT_UNREADABLE
                : COMPLETED;
    }

    /** What keeps us from knowing more; null if nothing does. */
    private static Situation trouble(CaseFacts facts) {
        if (facts.proofRefuses()) {
            return PROOF_REFUSES_US;
        }
        if (facts.poll().missingSince() != null) {
            return UNKNOWN_TO_PROOF;
        }
        if (facts.followUp().unknownStatus() != null) {
            return UNKNOWN_STATUS;
        }
        if (facts.followUp().dissent() != null) {
            return POLLS_DISAGREE;
        }
        return facts.poll().failures() > 0 ? PROOF_DOES_NOT_ANSWER : null;
    }

    private static Situation byStatus(CaseFacts facts) {
        boolean isLong = facts.age().compareTo(LONG) >= 0;
        return switch (facts.status()) {
            case COMPLETED -> COMPLETED_UNCONFIRMED;
            case FAILED -> ended(facts, FAILED_UNCONFIRMED, FAILED_WATCHED, FAILED);
            case CANCELLED -> ended(facts, CANCELLED_UNCONFIRMED, CANCELLED_WATCHED, CANCELLED);
            case PROCESSING -> isLong ? PROCESSING_LONG : PROCESSING;
            case PENDING -> pending(facts, isLong);
        };
    }

    private static Situation ended(CaseFacts facts, Situation unconfirmed, Situation watched, Situation settled) {
        if (!facts.confirmed()) {
            return unconfirmed;
        }
        return facts.settled() ? settled : watched;
    }

    private static Situation pending(CaseFacts facts, boolean isLong) {
        if (facts.attempt() > 1 && !isLong) {
            return RETRIED;
        }
        if ("sell".equals(facts.type())) {
            return isLong ? PENDING_SELL_LONG : PENDING_SELL;
        }
        return isLong ? PENDING_BUY_LONG : PENDING_BUY;
    }
}
