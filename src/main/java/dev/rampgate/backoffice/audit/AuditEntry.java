package dev.rampgate.backoffice.audit;

import dev.rampgate.wire.CleanText;
import io.vertx.core.json.JsonObject;

/**
 * What is written to the audit. Texts are empty where there is nothing to say. Users and search values must be in it as
 * {@link AuditKeys hashes} only.
 *
 * @param actor the name of who called; empty if the caller is unknown
 * @param role of the actor
 * @param action what was called, as its route names it
 * @param result {@link #DONE}, {@link #BEGUN}, or the metric name of the problem that refused the call
 * @param subject the transaction, endpoint or brake
 * @param subjectHash stands for the subject unless that is a transaction of the ledger: callers may name anything; empty if the
 *     subject is harmless
 * @param details a JSON object; empty
 * @param requestId of the call
 * @param calls how many calls it stands for
 */
public record AuditEntry(
        String actor,
        String role,
        String action,
        String result,
        String subject,
        String subjectHash,
        String details,
        String requestId,
        long calls) {

    /** Committed with the action. */
    public static final String DONE = "done";

    /** Committed before the action begins. */
    public static final String BEGUN = "begun";

    private static final char REPLACEMENT = '\uFFFD';

    public AuditEntry {
        // A line break would make two entries of one, and an entry that cannot be written would prevent its action.
        actor = clean(actor);
        subject = clean(subject);
        details = clean(details);
    }

    /** An entry for one call. */
    public static AuditEntry of(String actor, String role, String action, String result, String requestId) {
        return new AuditEntry(actor, role, action, result, "", "", "", requestId, 1);
    }

    /** The same about something whose name is no secret: an endpoint or a brake that exists. */
    public AuditEntry about(String name) {
        return new AuditEntry(actor, role, action, result, name, "", details, requestId, calls);
    }

    /** The same about what a caller takes for a transaction's id. */
    public AuditEntry aboutTransaction(String id, String hash) {
        return new AuditEntry(actor, role, action, result, id, hash, details, requestId, calls);
    }

    /** The same with details. */
    public AuditEntry with(JsonObject object) {
        return new AuditEntry(
                actor,
                role,
                action,
                result,
                subject,
                subjectHash,
                object.isEmpty() ? "" : object.encode(),
                requestId,
                calls);
    }

    /** The same for several calls. */
    AuditEntry times(long number) {
        return new AuditEntry(actor, role, action, result, subject, subjectHash, details, requestId, number);
    }

    /** The same whatever request it was. */
    public AuditEntry withoutRequest() {
        return new AuditEntry(actor, role, action, result, subject, subjectHash, details, "", calls);
    }

    private static String clean(String text) {
        if (CleanText.isClean(text)) {
            return text;
        }
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .forEach(point ->
                        clean.appendCodePoint(CleanText.isClean(Character.toString(point)) ? point : REPLACEMENT));
        return clean.toString();
    }
}
