package dev.rampgate.operate;

import static dev.rampgate.problem.ProblemType.BAD_REQUEST;
import static dev.rampgate.problem.ProblemType.BODY_TOO_LARGE;
import static dev.rampgate.problem.ProblemType.CONFLICT;
import static dev.rampgate.problem.ProblemType.CURSOR_EXPIRED;
import static dev.rampgate.problem.ProblemType.CURSOR_LOST;
import static dev.rampgate.problem.ProblemType.FORBIDDEN;
import static dev.rampgate.problem.ProblemType.INTERNAL_ERROR;
import static dev.rampgate.problem.ProblemType.INVALID_REQUEST;
import static dev.rampgate.problem.ProblemType.MALFORMED_BODY;
import static dev.rampgate.problem.ProblemType.METHOD_NOT_ALLOWED;
import static dev.rampgate.problem.ProblemType.NOT_ACCEPTABLE;
import static dev.rampgate.problem.ProblemType.NOT_FOUND;
import static dev.rampgate.problem.ProblemType.REQUEST_TIMEOUT;
import static dev.rampgate.problem.ProblemType.TOO_MANY_REQUESTS;
import static dev.rampgate.problem.ProblemType.UNAUTHENTICATED;
import static dev.rampgate.problem.ProblemType.UNAVAILABLE;
import static dev.rampgate.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.Status;
import dev.rampgate.problem.ProblemType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** Describes the calls of the back office, which are plain routes of the management port. */
final class BackOfficeDescription {

    static final String TAG = "back office";
    static final String PREFIX = "/operate/";

    private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");

    /** What any call may answer. */
    private static final List<ProblemType> ANY = List.of(
            BAD_REQUEST,
            UNAUTHENTICATED,
            FORBIDDEN,
            METHOD_NOT_ALLOWED,
            NOT_ACCEPTABLE,
            TOO_MANY_REQUESTS,
            INTERNAL_ERROR,
            UNAVAILABLE);

    private static final List<ProblemType> WITH_BODY =
            List.of(MALFORMED_BODY, INVALID_REQUEST, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE);

    /**
     * One call.
     *
     * @param id stable; generated clients name methods by it
     * @param body the schema of its body; null if it has none
     * @param answers the schema of its answer by media type
     */
    private record Call(
            PathItem.HttpMethod method,
            String path,
            String id,
            String summary,
            String description,
            List<Parameter> query,
            Schema body,
            Map<String, Schema> answers,
            List<ProblemType> problems) {}

    private BackOfficeDescription() {}

    private static List<Call> calls() {
        return List.of(
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/events",
                        "readEvents",
                        "A page of the feed of events",
                        "Events after a cursor, in their order. A consumer that keeps next misses nothing within the retention.",
                        List.of(
                                query(
                                        "after",
                                        "next of the page before; without it from the oldest event that is kept"),
                                most(500, 100),
                                query("types", "types of events, separated by commas; all by default"),
                                query(
                                        "wait",
                                        "how long to wait for an event if there is none, up to 60s",
                                        string().pattern("^[0-9]{1,2}s$").addExample("30s"))),
                        null,
                        json(object("events", array(ref(EVENT)), "next", text("after of the next page", null))),
                        List.of(INVALID_REQUEST, CURSOR_EXPIRED, CURSOR_LOST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/transactions",
                        "searchTransactions",
                        "Searches transactions, newest first",
                        "Needs an anchor: id, reference, user_id, or a window of creation of at most 400 days. A page reads at most"
                                + " 10,000 rows: scan_limited says that it ended there, and next_cursor where to go on.",
                        and(filters(), most(200, 50), query("cursor", "next_cursor of the page before")),
                        null,
                        json(optional(
                                object(
                                        "transactions",
                                        array(ref(FOUND)),
                                        "scan_limited",
                                        flag("whether the page ended since 10,000 rows had been read")),
                                "next_cursor",
                                text("cursor of the next page; absent at the end", null))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/transactions/export",
                        "exportTransactions",
                        "Streams all transactions that match, newest first",
                        "The filters of the search. An answer that ends without its last chunk is incomplete.",
                        and(
                                filters(),
                                query("format", "csv (safe for spreadsheets) or ndjson (exact)", oneOf("csv", "ndjson"))
                                        .required(true)),
                        null,
                        Map.of(
                                "text/csv",
                                text("a line a transaction", null),
                                "application/x-ndjson",
                                text("an object a line", null)),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/transactions/{id}",
                        "readCase",
                        "Everything about one transaction, and what it means",
                        "The record, its timeline, archive, events and next poll; why it waits, what happens next, what to tell the"
                                + " user, and a text for Proof's support.",
                        List.of(),
                        null,
                        json(object(
                                "transaction", ref(FOUND),
                                "situation", text("in which situation it is", "pending_buy"),
                                "why", text("why it waits", null),
                                "next", text("what happens next, and when", null),
                                "tell_the_user", text("in words that a user understands", null),
                                "text_for_proof", text("with ids, times and request ids", null),
                                "alarms", array(text("what an operator must look into", "unknown_status")),
                                "poll", poll(),
                                "socket_attached", flag("whether a replica follows it on a socket"),
                                "timeline", array(ref(STEP)),
                                "archive", array(observation()),
                                "archive_truncated", flag("whether there are older observations"),
                                "events", array(eventOfCase()),
                                "deliveries", deliveriesOfCase())),
                        List.of(INVALID_REQUEST, NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/audit",
                        "readAudit",
                        "A page of the audit, the newest entries first",
                        "Who did or read what, when. Users and search values are keyed hashes. A page looks through at most 10,000 entries, so that it may be"
                                + " empty and have next. As CSV, next is in the header Rampgate-Next.",
                        List.of(
                                query("actor", "only of this actor"),
                                query("action", "only this action, such as erase_user"),
                                query("about", "only about this transaction, endpoint, brake, user or search value"),
                                query("from", "inclusive", time(null)),
                                query("to", "exclusive", time(null)),
                                query("after", "next of the page before"),
                                most(500, 100),
                                query("format", "json by default", oneOf("json", "csv"))),
                        null,
                        Map.of(
                                "application/json",
                                optional(
                                        object(
                                                "head", head(),
                                                "entries", array(ref(AUDIT_ENTRY))),
                                        "next",
                                        text("after of the next page", null)),
                                "text/csv",
                                text("a line an entry", null)),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/audit/export",
                        "exportAudit",
                        "Streams all entries of the audit that match, newest first",
                        "The filters of the audit. An answer that ends without its last chunk is incomplete.",
                        List.of(
                                query("actor", "only of this actor"),
                                query("action", "only this action, such as erase_user"),
                                query("about", "only about this transaction, endpoint, brake, user or search value"),
                                query("from", "inclusive", time(null)),
                                query("to", "exclusive", time(null)),
                                query("format", "csv (safe for spreadsheets) or ndjson (exact)", oneOf("csv", "ndjson"))
                                        .required(true)),
                        null,
                        Map.of(
                                "text/csv",
                                text("a line an entry", null),
                                "application/x-ndjson",
                                text("an object a line", null)),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/statements",
                        "listClosedPeriods",
                        "Which months of the books are closed",
                        "The latest first. A month before a closed one is closed, too.",
                        List.of(),
                        null,
                        json(object(
                                "closed",
                                array(object(
                                        "period", text("the month", "2026-10"),
                                        "as_known_at", time("what became known later is a correction"),
                                        "closed_at", time("when it was closed"),
                                        "closed_by", text("the actor", null))))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/statements/{period}",
                        "readStatement",
                        "The statement of a month, as known at a time",
                        "period is a month in UTC, such as 2026-10. The same question has the same bytes for ever. Amounts are exact decimals"
                                + " as text. An answer that ends without its last chunk is incomplete.",
                        List.of(
                                query(
                                        "as_known_at",
                                        "what became known later is not in it; when the month was closed by default, or now if"
                                                + " it is not closed",
                                        time(null)),
                                query(
                                        "format",
                                        "json (sums and corrections) by default, or csv (every item and correction)",
                                        oneOf("json", "csv"))),
                        null,
                        Map.of(
                                "text/csv",
                                text("a line for each item and each correction", null),
                                "application/json",
                                object(
                                        "format", number("rises if the form changes"),
                                        "period", text("the month", "2026-10"),
                                        "from", time("its first instant"),
                                        "to", time("the first instant of the next month"),
                                        "as_known_at", time("what became known later is not in it"),
                                        "position", number("place in the feed of the last event that counts"),
                                        "booked_until",
                                                time("when the month was closed, or as_known_at if that is earlier"),
                                        "corrected_since",
                                                OASFactory.createSchema()
                                                        .addType(SchemaType.STRING)
                                                        .addType(SchemaType.NULL)
                                                        .format("date-time")
                                                        .description("when the month before was closed"),
                                        "days", array(sum("day", "2026-10-03")),
                                        "sums", array(sum("period", "2026-10")),
                                        "corrections", corrections("of earlier months, since corrected_since"),
                                        "later_corrections", corrections("of this month, since booked_until"))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/statements/{period}/close",
                        "closePeriod",
                        "Closes a month of the books, and those before it",
                        "What becomes known later is a correction, which the statement of the next month lists.",
                        List.of(),
                        optional(object(), "as_known_at", time("now by default")),
                        json(object(
                                "period",
                                text("the month", "2026-10"),
                                "as_known_at",
                                time("as known when it is closed"))),
                        List.of(CONFLICT)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/users/erase",
                        "eraseUser",
                        "Erases a user",
                        "May be repeated: what is erased is not counted again.",
                        List.of(),
                        object("user_id", text("the company's id of the user", "cust-1")),
                        json(object(
                                "transactions", number("how many transactions named the user"),
                                "observations", number("how many texts were deleted"),
                                "events", number("how many events were redacted"))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/users/export",
                        "exportUser",
                        "Streams everything that is stored about a user",
                        "A POST, so that the id is in no access log; it changes nothing. Tokens are left out. An answer that ends"
                                + " without its last chunk is incomplete.",
                        List.of(),
                        object("user_id", text("the company's id of the user", "cust-1")),
                        json(optional(
                                object(
                                        "user_id", text("as asked", "cust-1"),
                                        "exported_at", time("when it was begun"),
                                        "audit_hash", text("what stands for the user in the audit", null),
                                        "transactions", array(exported()),
                                        "idempotency_keys",
                                                array(object(
                                                        "key", text("as the user's client sent it", null),
                                                        "expires_at", time("when it is forgotten"),
                                                        "answered", flag("whether an answer is kept"))),
                                        "hand_offs",
                                                array(object("expires_at", time("when it can no longer be opened")))),
                                "erased_at",
                                time("when a user of this id was erased last; absent if none was"))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/transactions/poll",
                        "pollWindow",
                        "Polls all transactions again that were created in a window of time",
                        "At most 10,000, the oldest first, spread so that they use half of the call budget. next_from says"
                                + " where the next call goes on.",
                        List.of(),
                        object("from", time("inclusive"), "to", time("exclusive")),
                        json(optional(
                                object("due", number("how many are due")), "next_from", time("where the rest begins"))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/transactions/{id}/poll",
                        "pollTransaction",
                        "Polls one transaction again",
                        "Settled and abandoned ones, too. An id that is unknown here is adopted if Proof knows it.",
                        List.of(),
                        null,
                        json(object("due", number("1"))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/endpoints",
                        "readEndpoints",
                        "Endpoints that get events as webhooks",
                        "Those that the settings of some replica name or named.",
                        List.of(),
                        null,
                        json(object("endpoints", array(endpoint()))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/deliveries",
                        "readDeliveries",
                        "A page of deliveries",
                        "Those that wait or are parked, by endpoint and place. A page may be empty and have next.",
                        List.of(
                                query("endpoint", "only of this endpoint"),
                                query("state", "delivered needs transaction", oneOf(DELIVERY_STATES)),
                                query("transaction", "only of this transaction"),
                                query("after", "next of the page before"),
                                most(500, 100)),
                        null,
                        json(optional(
                                object("deliveries", array(delivery())), "next", text("after of the next page", null))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/transactions/{id}/resend",
                        "resendTransaction",
                        "Sends a transaction's events again",
                        "To all endpoints, in the order of their versions, parked ones, too; or one version, or to one endpoint.",
                        List.of(),
                        optional(
                                optional(object(), "version", number("only this event")),
                                "endpoint",
                                text("only to this endpoint", "orders")),
                        json(object("queued", number("how many deliveries"))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/endpoints/{name}/pause",
                        "pauseEndpoint",
                        "Keeps the events of an endpoint until it is resumed",
                        "What is being sent is not stopped.",
                        List.of(),
                        null,
                        json(object("name", text("the endpoint", "orders"), "state", oneOf("paused"))),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/endpoints/{name}/resume",
                        "resumeEndpoint",
                        "Sends the events of an endpoint again",
                        "Ends the pause, any delay and an open circuit; everything kept is due at once.",
                        List.of(),
                        null,
                        json(object("name", text("the endpoint", "orders"), "state", oneOf("flowing"))),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/endpoints/{name}/test",
                        "testEndpoint",
                        "Sends a test event at once",
                        "Signed as all events are, of the type endpoint.test; whatever the state of the endpoint.",
                        List.of(),
                        null,
                        json(optional(
                                object(
                                        "outcome", oneOf(OUTCOMES),
                                        "took_ms", number("until the status")),
                                "status",
                                number("of the answer"))),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/endpoints/{name}/replay",
                        "replayWindow",
                        "Sends the events of a window of time again to one endpoint",
                        "At most 100,000, with a tenth of the endpoint's rate, also while it is paused. With preview it only counts them.",
                        List.of(),
                        optional(
                                object("from", time("inclusive"), "to", time("exclusive")),
                                "preview",
                                OASFactory.createSchema()
                                        .addType(SchemaType.BOOLEAN)
                                        .description("only count")),
                        json(optional(
                                object("events", number("how many the window has")),
                                "queued",
                                number("how many are sent again"))),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/brakes",
                        "readBrakes",
                        "Brakes: which sessions operators have stopped",
                        "Those that are on, and those that expired within the last seven days.",
                        List.of(),
                        null,
                        json(object("brakes", array(ref(BRAKE)))),
                        List.of()),
                new Call(
                        PathItem.HttpMethod.PUT,
                        "/operate/brakes/{name}",
                        "putBrake",
                        "Stops sessions, or changes the brake of this name",
                        "In force at every replica within a second. POST /session answers 503 sessions-paused; transactions in flight go"
                                + " on, and a kept answer is given again. The same call once more changes nothing.",
                        List.of(),
                        optional(
                                scoped(object("reason", text("why; users never see it", "Proof answers 401"))),
                                "expires_at",
                                time(
                                        "within 31 days; if absent, that of the brake that is on stays, and a new one has 24 h")),
                        json(ref(BRAKE)),
                        List.of(CONFLICT)),
                new Call(
                        PathItem.HttpMethod.DELETE,
                        "/operate/brakes/{name}",
                        "releaseBrake",
                        "Releases a brake",
                        "Sessions are opened again at every replica within a second, unless another brake stops them.",
                        List.of(),
                        null,
                        json(ref(BRAKE)),
                        List.of(INVALID_REQUEST, NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/drift",
                        "startDrift",
                        "Polls the settled transactions of a window of creation again, and compares",
                        "Within a share of the call budget, resumed by any replica. One run at a time: 409 while another is active.",
                        List.of(),
                        object("from", time("inclusive"), "to", time("exclusive")),
                        json(ref(RUN)),
                        List.of(CONFLICT)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/drift",
                        "listDrift",
                        "A page of drift runs, newest first",
                        "With their progress.",
                        List.of(query("after", "next of the page before"), most(100, 20)),
                        null,
                        json(optional(object("runs", array(ref(RUN))), "next", text("after of the next page", "12"))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/drift/{id}",
                        "readDrift",
                        "One drift run and its progress",
                        "estimated_end is where it ends at its rate so far.",
                        List.of(),
                        null,
                        json(ref(RUN)),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/drift/{id}/cancel",
                        "cancelDrift",
                        "Ends a drift run",
                        "What it found stays. 409 if it has ended.",
                        List.of(),
                        null,
                        json(ref(RUN)),
                        List.of(NOT_FOUND, CONFLICT)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/imports",
                        "importStatement",
                        "Imports a statement of Proof's and compares it with the record",
                        "The body is the file: CSV in UTF-8, at most 100 MB, imported whole or not at all. Mistakes are answered with their lines. With from and to it"
                                + " must list all transactions of a status of covers that were created in between.",
                        List.of(
                                query("from", "the statement's period begins here, inclusive; with to", time(null)),
                                query("to", "and ends here, exclusive", time(null)),
                                query(
                                        "covers",
                                        "statuses that it lists all of; repeated for several; completed by default",
                                        array(oneOf(STATUSES)))),
                        null,
                        json(ref(IMPORT)),
                        List.of(INVALID_REQUEST, CONFLICT, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, REQUEST_TIMEOUT)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/imports",
                        "listImports",
                        "A page of imported statements, newest first",
                        "Those that were received whole.",
                        List.of(query("after", "next of the page before"), most(100, 20)),
                        null,
                        json(optional(
                                object("imports", array(ref(IMPORT))), "next", text("after of the next page", "12"))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/imports/{id}",
                        "readImport",
                        "One imported statement",
                        "And what became of its rows.",
                        List.of(),
                        null,
                        json(ref(IMPORT)),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/imports/{id}/withdraw",
                        "withdrawImport",
                        "Resolves what an import has found, since its statement was a wrong one",
                        "What a later import has seen, too, stays. 409 while it is compared. May be repeated.",
                        List.of(),
                        object(
                                "text",
                                text(
                                        "1 to 1,000 printable characters; name no user",
                                        "the statement of another month")),
                        json(object("resolved", number("how many breaks were resolved"))),
                        List.of(NOT_FOUND, CONFLICT)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/breaks",
                        "listBreaks",
                        "A page of breaks, newest first",
                        "What Proof and the record say differently. A page may be empty and have next.",
                        List.of(
                                query(
                                        "state",
                                        "alarming ones are open and older than an hour",
                                        oneOf("open", "explained", "alarming", "resolved")),
                                query("kind", "what differs", oneOf(BREAK_KINDS)),
                                query("run", "found first by this drift run"),
                                query("import", "found first by this import"),
                                query("transaction", "only of this transaction"),
                                query("after", "next of the page before"),
                                most(500, 100)),
                        null,
                        json(optional(
                                object("breaks", array(ref(BREAK))), "next", text("after of the next page", "12"))),
                        List.of(INVALID_REQUEST)),
                new Call(
                        PathItem.HttpMethod.GET,
                        "/operate/breaks/{id}",
                        "readBreak",
                        "One break, with its explanations and its resolution",
                        "They are only ever added.",
                        List.of(),
                        null,
                        json(ref(BREAK)),
                        List.of(NOT_FOUND)),
                new Call(
                        PathItem.HttpMethod.POST,
                        "/operate/breaks/{id}/explain",
                        "explainBreak",
                        "Adds an explanation to a break",
                        "The break no longer raises an alert. 409 after 50 notes.",
                        List.of(),
                        object("text", text("1 to 1,000 printable characters; name no user", "Proof's ticket 4711")),
                        json(ref(BREAK)),
                        List.of(NOT_FOUND, CONFLICT)));
    }

    private static Schema run() {
        Schema run = object(
                "id", text("its id", "12"),
                "state", oneOf("counting", "polling", "done", "cancelled", "too_large"),
                "from", time("earliest creation, inclusive"),
                "to", time("latest creation, exclusive"),
                "started_by", text("the actor", "night"),
                "started_at", time("when it was started"),
                "total", number("settled transactions of the window, as far as they are counted"),
                "done", number("of these, looked at"),
                "agreed", number("of these, as the record says"),
                "differed", number("of these, with a difference"),
                "missing", number("of these, unknown to Proof"),
                "unanswered", number("of these, without a usable answer"),
                "rate_per_second",
                        OASFactory.createSchema()
                                .addType(SchemaType.NUMBER)
                                .description("transactions a second since it polls"));
        optional(run, "ended_at", time("when it ended; absent while it is active"));
        optional(run, "cancelled_by", text("the actor who ended it", "night"));
        return optional(run, "estimated_end", time("when it ends at this rate; absent unless it polls"));
    }

    private static Schema statementImport() {
        Schema statement = object(
                "id", text("its id", "7"),
                "state", oneOf("comparing", "done"),
                "imported_by", text("the actor", "night"),
                "received_at", time("when it was complete"),
                "sha256", text("of the file, in hexadecimal digits", null),
                "bytes", number("of the file"),
                "rows", number("of the file, without its first line"),
                "compared", number("rows that were compared"),
                "agreed", number("of these, as the record says"),
                "differed", number("of these, with a difference"),
                "missing_here", number("of these, unknown to the record"),
                "missing_there", number("transactions of the record that it should list and does not"));
        optional(statement, "ended_at", time("when it was compared"));
        optional(statement, "from", time("its period begins here, inclusive; absent if it has none"));
        optional(statement, "to", time("and ends here, exclusive"));
        return optional(statement, "covers", array(oneOf(STATUSES)));
    }

    private static Schema oneBreak() {
        Schema found = object(
                "id", text("its id", "88"),
                "transaction_id", text("Proof's id of the transaction", null),
                "kind", oneOf(BREAK_KINDS),
                "state", oneOf("open", "explained", "resolved"),
                "timing", flag("whether it may be a matter of timing"),
                "alarming", flag("whether it is real, unexplained and older than an hour"),
                "age_seconds", number("how long it has been open, or was"),
                "found_at", time("when it was found"),
                "seen_at", time("when it was last found"),
                "real_from", time("until then it may be a matter of timing"));
        optional(found, "run", text("the drift run that found it first", "12"));
        optional(found, "import", text("the import that found it first", "7"));
        optional(found, "explained_at", time("of the first explanation"));
        optional(found, "resolved_at", time("when it went away"));
        optional(found, "here", side());
        optional(found, "there", optional(side(), "updated_at", time("Proof's time of the last change")));
        return optional(
                found,
                "notes",
                array(object(
                        "kind", oneOf("explanation", "resolution"),
                        "at", time("when"),
                        "actor", text("who; rampgate for what it found by itself", "night"),
                        "text", text("what was said", "Proof's ticket 4711"))));
    }

    private static Schema side() {
        Schema side = object("status", text("as it was spelled", "completed"));
        optional(side, "crypto_amount", text("a plain decimal", "42.60"));
        optional(side, "fiat_amount", text("a plain decimal", "40.15"));
        return optional(side, "fiat_currency", text("of the fiat amount", "EUR"));
    }

    private static Schema brake() {
        return scoped(object(
                "name", text("what the operator calls it", "proof-401"),
                "active", flag("whether it stops sessions"),
                "reason", text("why", "Proof answers 401"),
                "created_at", time("when it was put on"),
                "created_by", text("the actor", "night"),
                "changed_at", time("when it was changed last"),
                "changed_by", text("the actor", "night"),
                "expires_at", time("when it ends by itself")));
    }

    private static Schema scoped(Schema brake) {
        optional(brake, "all", flag("true to stop all sessions; otherwise those that agree with all of the following"));
        optional(brake, "type", text("buy or sell", "sell"));
        optional(brake, "currency", text("as POST /session names it", "USDC"));
        return optional(brake, "network", text("as POST /session names it", "ERC20"));
    }

    static void addTo(OpenAPI api) {
        api.getComponents()
                .addSecurityScheme(
                        "actor",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("back office: a token of an actor of rampgate.operate.actors"));
        api.getComponents()
                .addSchema(FOUND, found())
                .addSchema(STEP, step())
                .addSchema(EVENT, event())
                .addSchema(EVENT_BODY, eventBody())
                .addSchema(AUDIT_ENTRY, auditEntry())
                .addSchema(RUN, run())
                .addSchema(IMPORT, statementImport())
                .addSchema(BREAK, oneBreak())
                .addSchema(BRAKE, brake());
        api.addWebhook("event", OASFactory.createPathItem().POST(delivered()));
        for (Call call : calls()) {
            PathItem item = api.getPaths().getPathItem(call.path());
            if (item == null) {
                item = OASFactory.createPathItem()
                        .addServer(OASFactory.createServer()
                                .url("{management}")
                                .variables(Map.of(
                                        "management",
                                        OASFactory.createServerVariable()
                                                .defaultValue("http://localhost:9000")
                                                .description("Where its management port is"))));
                api.getPaths().addPathItem(call.path(), item);
            }
            item.setOperation(call.method(), operation(call));
        }
    }

    private static Operation operation(Call call) {
        Operation operation = OASFactory.createOperation()
                .operationId(call.id())
                .tags(List.of(TAG))
                .summary(call.summary())
                .description(call.description())
                .addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme("actor"))
                .responses(OASFactory.createAPIResponses());
        IN_PATH.matcher(call.path())
                .results()
                .forEach(name -> operation.addParameter(OASFactory.createParameter()
                        .name(name.group(1))
                        .in(Parameter.In.PATH)
                        .required(true)
                        .schema(OASFactory.createSchema().addType(SchemaType.STRING))));
        call.query().forEach(operation::addParameter);
        List<ProblemType> problems = new ArrayList<>(ANY);
        problems.addAll(call.problems());
        if (call.body() != null) {
            problems.addAll(WITH_BODY);
            operation.setRequestBody(OASFactory.createRequestBody()
                    // Where every field is optional the body is, too.
                    .required(call.body().getRequired() != null
                            && !call.body().getRequired().isEmpty())
                    .content(OASFactory.createContent()
                            .addMediaType(
                                    "application/json",
                                    OASFactory.createMediaType().schema(call.body()))));
        }
        var content = OASFactory.createContent();
        // In one order: that of an unordered map differs from run to run.
        new TreeMap<>(call.answers())
                .forEach((media, schema) ->
                        content.addMediaType(media, OASFactory.createMediaType().schema(schema)));
        operation
                .getResponses()
                .addAPIResponse(
                        "200",
                        OASFactory.createAPIResponse()
                                .description("Done")
                                .addHeader("X-Request-Id", ApiDescription.header("stands in our log"))
                                .content(content));
        if (call.id().equals("readAudit")) {
            operation
                    .getResponses()
                    .getAPIResponse("200")
                    .addHeader("Rampgate-Next", ApiDescription.header("next, of a page as CSV; absent at the end"));
        }
        ApiDescription.addProblems(operation, problems);
        return operation;
    }

    private static Map<String, Schema> json(Schema schema) {
        return Map.of("application/json", schema);
    }

    private static Schema object(Object... fields) {
        Map<String, Schema> properties = new LinkedHashMap<>();
        Schema object = OASFactory.createSchema().addType(SchemaType.OBJECT);
        for (int i = 0; i < fields.length; i += 2) {
            properties.put((String) fields[i], (Schema) fields[i + 1]);
            object.addRequired((String) fields[i]);
        }
        return object.properties(properties);
    }

    private static Schema optional(Schema object, String field, Schema schema) {
        return object.addProperty(field, schema);
    }

    private static Schema text(String description, Object example) {
        Schema text = OASFactory.createSchema().addType(SchemaType.STRING).description(description);
        return example == null ? text : text.addExample(example);
    }

    private static List<Parameter> filters() {
        return List.of(
                several("id", "Proof's ids"),
                several("reference", "the company's own references"),
                several("user_id", "the company's ids of users"),
                several("status", "recorded statuses", oneOf(STATUSES)),
                several("type", "buy or sell", oneOf("buy", "sell")),
                several("currency", "such as USDC"),
                several("network", "such as ERC20"),
                several("reported", "statuses that a webhook claims and the ledger has not accepted", oneOf(STATUSES)),
                several("alarm", "what an operator must look into", oneOf(ALARMS)),
                several("settled", "whether nothing more is expected", flag(null)),
                query("created_from", "inclusive", time(null)),
                query("created_to", "exclusive; now by default", time(null)));
    }

    private static List<Parameter> and(List<Parameter> some, Parameter... more) {
        List<Parameter> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    private static Parameter several(String name, String description) {
        return several(name, description, string());
    }

    /** Given once for each value. */
    private static Parameter several(String name, String description, Schema value) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.QUERY)
                .description(description + "; repeated for several values, of which one must match")
                .schema(array(value).maxItems(20));
    }

    private static Parameter query(String name, String description) {
        return query(name, description, string());
    }

    private static Parameter query(String name, String description, Schema schema) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.QUERY)
                .description(description)
                .schema(schema);
    }

    private static Parameter most(int largest, int usual) {
        return query(
                "limit",
                "most of a page",
                OASFactory.createSchema()
                        .addType(SchemaType.INTEGER)
                        .format("int32")
                        .minimum(BigDecimal.ONE)
                        .maximum(BigDecimal.valueOf(largest))
                        .defaultValue(usual));
    }

    private static Schema string() {
        return OASFactory.createSchema().addType(SchemaType.STRING);
    }

    private static Schema oneOf(String... values) {
        return string().enumeration(List.of(values));
    }

    // --- what answers are made of

    private static final String FOUND = "FoundTransaction";
    private static final String STEP = "RecordedEntry";
    private static final String EVENT = "Event";
    private static final String EVENT_BODY = "EventBody";
    private static final String AUDIT_ENTRY = "AuditEntry";
    private static final String RUN = "DriftRun";
    private static final String IMPORT = "StatementImport";
    private static final String BREAK = "Break";
    private static final String BRAKE = "Brake";

    private static final String[] BREAK_KINDS = {"missing_here", "missing_there", "status", "amount"};

    private static final String[] STATUSES =
            Arrays.stream(Status.values()).map(Status::wireName).toArray(String[]::new);
    private static final String[] CHANNELS =
            Arrays.stream(Channel.values()).map(Channel::name).toArray(String[]::new);
    private static final String[] EVENT_TYPES =
            Arrays.stream(EventType.values()).map(EventType::wireName).toArray(String[]::new);
    private static final String[] ALARMS = {
        "completed_contradicted", "details_contradicted", "unknown_status", "amount_unreadable"
    };
    private static final String[] DELIVERY_STATES = {"pending", "parked", "delivered"};
    private static final String[] OUTCOMES = {
        "delivered", "rejected", "gone", "throttled", "failed", "timeout", "unreachable", "expired"
    };

    /** A transaction as its owner reads it, and more. */
    private static Schema found() {
        return transactionWith(
                "as its owner reads it, with what actors may see",
                optional(
                        optional(
                                optional(
                                        object("changed_at", time("when we last accepted a change")),
                                        "user_id",
                                        text("the company's id of the user; absent once erased", null)),
                                "erased",
                                flag("true if the user was erased, else absent")),
                        "alarms",
                        array(oneOf(ALARMS))));
    }

    private static Schema transactionWith(String description, Schema more) {
        return OASFactory.createSchema()
                .description(description)
                .addAllOf(OASFactory.createSchema().ref("TransactionView"))
                .addAllOf(more);
    }

    /** As the feed answers it: what endpoints get, with its id. */
    private static Schema event() {
        return OASFactory.createSchema()
                .addAllOf(ref(EVENT_BODY))
                .addAllOf(object("id", text("the same at every read; endpoints get it as webhook-id", null)));
    }

    /** As endpoints get it. */
    private static Schema eventBody() {
        Schema data = object(
                "epoch", number("later epochs follow earlier ones"),
                "channel", oneOf(CHANNELS),
                "observed_at", time("when it reached us"),
                "livemode", flag("false where no real money moves"));
        optional(data, "version", number("counts the transaction's events from 1 without gaps; absent if provisional"));
        optional(data, "user_id", text("the company's id of the user; absent once erased", null));
        optional(data, "occurred_at", time("Proof's time of the change"));
        optional(data, "confirmed_at", time("when a poll showed the status; of events of a status"));
        optional(data, "correction", flag("whether it takes a status back; of events of a status"));
        optional(
                data,
                "replaces",
                number("the version that a correction revokes; null if it was never published")
                        .addType(SchemaType.NULL));
        optional(data, "final", flag("whether nothing can follow; of transaction.settled"));
        optional(
                data,
                "conflict",
                object("status", oneOf(STATUSES), "updated_at", time("Proof's time of it"))
                        .description("what Proof says against completed; of transaction.conflict"));
        optional(
                data,
                "provisional",
                flag("true if no poll has confirmed the status yet, else absent; never in the feed"));
        optional(data, "redacted", flag("true if the user was erased, else absent"));
        return object(
                "type", eventType(),
                "timestamp", time("when it was decided"),
                "data", transactionWith("the transaction as the event leaves it, without timeline", data));
    }

    private static Schema ref(String component) {
        return OASFactory.createSchema().ref(component);
    }

    /** Open: readers ignore types that they do not know. */
    private static Schema eventType() {
        return text("one of x-extensible-enum, or a newer one, which is to be ignored", EVENT_TYPES[0])
                .addExtension("x-extensible-enum", List.of((Object[]) EVENT_TYPES));
    }

    /** What an endpoint gets. */
    private static Operation delivered() {
        return OASFactory.createOperation()
                .operationId("receiveEvent")
                .tags(List.of(TAG))
                .summary("An event, as an endpoint gets it")
                .description(
                        "By the Standard Webhooks specification; at least once, in the order of its versions within a"
                                + " transaction; provisional ones at most once. Answer 2xx once it is stored, also to types that you do not know.")
                .addParameter(deliveryHeader("webhook-id", "the event's id, the same at every attempt and replay"))
                .addParameter(deliveryHeader("webhook-timestamp", "the second of this attempt, since 1970"))
                .addParameter(deliveryHeader("webhook-signature", "one or more signatures, separated by spaces"))
                .requestBody(OASFactory.createRequestBody()
                        .required(true)
                        .content(OASFactory.createContent()
                                .addMediaType(
                                        "application/json",
                                        OASFactory.createMediaType().schema(ref(EVENT_BODY)))))
                .responses(OASFactory.createAPIResponses()
                        .addAPIResponse("2XX", OASFactory.createAPIResponse().description("It is stored"))
                        .addAPIResponse("410", OASFactory.createAPIResponse().description("Pauses the endpoint")));
    }

    private static Parameter deliveryHeader(String name, String description) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.HEADER)
                .required(true)
                .description(description)
                .schema(string());
    }

    /** An entry of the timeline, with its number. */
    private static Schema step() {
        return OASFactory.createSchema()
                .description("one accepted status change, with its number")
                .addAllOf(ref("Entry"))
                .addAllOf(object("sequence", small("counts the transaction's changes from 1")));
    }

    private static Schema head() {
        return object(
                        "position", number("how many entries the chain has"),
                        "hash", text("of the last one", null))
                .description("the end of the chain");
    }

    private static Schema auditEntry() {
        Schema entry = object(
                "at", time("when it happened"),
                "calls", small("how many calls of the same kind this entry counts"));
        optional(entry, "position", number("in the chain; absent until it is linked"));
        optional(entry, "actor", text("who", "night"));
        optional(entry, "role", text("as which role", "operator"));
        optional(entry, "action", text("what was done or read", "erase_user"));
        optional(entry, "result", text("what became of it", "done"));
        optional(entry, "subject", text("about what: an id, a name, or a keyed hash", null));
        optional(entry, "details", anyObject("more about it; what it has depends on the action"));
        optional(entry, "request_id", text("as in X-Request-Id", null));
        optional(entry, "previous", text("hash of the entry before; absent until it is linked", null));
        return optional(entry, "hash", text("of this entry; absent until it is linked", null));
    }

    private static Schema exported() {
        Schema amount = object("attempt", small("from 1"));
        optional(amount, "status", oneOf(STATUSES));
        optional(amount, "type", oneOf("buy", "sell"));
        optional(amount, "currency", text("of the crypto amount", "USDC"));
        optional(amount, "network", text("of the crypto currency", "ERC20"));
        optional(amount, "crypto_amount", text("a plain decimal", "42.60"));
        optional(amount, "fiat_currency", text("of the fiat amount", "EUR"));
        optional(amount, "fiat_amount", text("a plain decimal", "40.15"));
        optional(amount, "occurred_at", time("Proof's time"));
        optional(amount, "confirmed_at", time("when a poll showed the status"));
        optional(amount, "period_at", time("says to which day and month it belongs"));
        optional(amount, "known_at", time("when the books knew it"));
        Schema difference = object(
                "kind", oneOf(BREAK_KINDS),
                "found_at", time("when the difference was first seen"),
                "seen_at", time("when it was last seen"),
                "real_from", time("until then it may be a matter of timing"),
                "notes",
                        array(object(
                                "kind", oneOf("explanation", "resolution"),
                                "at", time("when"),
                                "text", text("what was said", null))));
        for (String side : List.of("here", "there")) {
            optional(difference, side + "_status", text("of the record (here) or Proof (there)", "completed"));
            optional(difference, side + "_crypto_amount", text("a plain decimal", "42.60"));
            optional(difference, side + "_fiat_amount", text("a plain decimal", "40.15"));
            optional(difference, side + "_fiat_currency", text("of the fiat amount", "EUR"));
        }
        optional(difference, "there_updated_at", time("Proof's time"));
        optional(difference, "explained_at", time("when it was first explained"));
        optional(difference, "resolved_at", time("when it was gone"));
        Schema waiting = undelivered("due_at");
        waiting.setRequired(waiting.getRequired().stream()
                .filter(field -> !field.equals("due_at"))
                .toList());
        optional(waiting, "parked_at", time("when it was parked; absent if it waits"));
        Schema exported = object(
                "transaction", ref(FOUND),
                "timeline", array(ref(STEP)),
                "archive", array(observation()),
                "events", array(ref(EVENT_BODY)),
                "amounts", array(amount),
                "breaks", array(difference),
                "deliveries", array(waiting),
                "attempts", array(attempt()));
        return optional(
                exported, "follow_up", text("what is planned next", null).type(null));
    }

    private static Schema poll() {
        Schema poll = object(
                "failures", number("how many polls in a row failed"),
                "in_flight", flag("whether Proof is asked at this time"),
                "proof_refuses_us", flag("whether Proof refuses our token or address"));
        optional(poll, "due_at", time("when Proof is asked next; absent if no poll is planned"));
        optional(poll, "asked_at", time("when Proof was asked last"));
        return optional(poll, "missing_since", time("since when Proof answers that there is no such transaction"));
    }

    private static Schema observation() {
        Schema observation = object(
                "received_at", time("by our clock"),
                "channel", oneOf(CHANNELS),
                "outcome", text("what became of it", "CONFIRMED"),
                "status", text("as it came", "completed"));
        optional(observation, "changed_at", time("the claimed time of the change"));
        optional(observation, "asked_at", time("when the poll was sent that brought it"));
        return optional(observation, "raw", text("as it came", null));
    }

    /** @param span what the sum is of: a day or a month */
    private static Schema sum(String span, String example) {
        return object(
                span,
                text("which", example),
                "type",
                orNull("buy or sell"),
                "currency",
                orNull("such as USDC"),
                "network",
                orNull("such as ERC20"),
                "fiat_currency",
                orNull("such as EUR"),
                "status",
                oneOf("completed", "failed", "cancelled"),
                "count",
                number("revoked ones subtracted"),
                "crypto_amount",
                text("exact, of those whose amount is known", "52.60"),
                "fiat_amount",
                text("exact, of those whose amount is known", "49.60"),
                "effective_rate",
                orNull("fiat for one unit of crypto currency, rounded to 8 decimals"),
                "without_amounts",
                number("how many lack an amount"));
    }

    private static Schema corrections(String which) {
        return object(
                        "entries",
                        array(object(
                                "entry", oneOf("revoked", "replacement", "late"),
                                "merchant_transaction_id", text("Proof's id", null),
                                "period", text("the month that is corrected", "2026-10"),
                                "day", text("the day that is corrected", "2026-10-03"),
                                "type", orNull("buy or sell"),
                                "currency", orNull("such as USDC"),
                                "network", orNull("such as ERC20"),
                                "fiat_currency", orNull("such as EUR"),
                                "status", oneOf("completed", "failed", "cancelled"),
                                "attempt", number("from 1"),
                                "count", number("1, or -1 if it is revoked"),
                                "crypto_amount", orNull("with its sign"),
                                "fiat_amount", orNull("with its sign"),
                                "occurred_at", orNull("Proof's time"),
                                "confirmed_at", orNull("when a poll showed the status"),
                                "known_at",
                                        orNull(
                                                "when it became known; null if the ledger held it before there were books"),
                                "version",
                                        OASFactory.createSchema()
                                                .addType(SchemaType.INTEGER)
                                                .addType(SchemaType.NULL)
                                                .format("int64")
                                                .description("of the event that showed it"))),
                        "sums",
                        array(sum("period", "2026-10")))
                .description(which);
    }

    private static Schema orNull(String description) {
        return OASFactory.createSchema()
                .addType(SchemaType.STRING)
                .addType(SchemaType.NULL)
                .description(description);
    }

    private static Schema eventOfCase() {
        return object(
                "id", text("as it was published", null),
                "type", eventType(),
                "version", number("from 1"),
                "epoch", number("later epochs follow earlier ones"),
                "created_at", time("when it was decided"),
                "placed", flag("whether it has its place in the feed"));
    }

    private static Schema deliveriesOfCase() {
        return optional(
                object(
                        "pending", array(undelivered("due_at")),
                        "parked", array(undelivered("parked_at")),
                        "attempts", array(attempt())),
                "what_to_do",
                text("about those that are parked; absent if none is", null));
    }

    private static Schema attempt() {
        Schema attempt = object(
                "endpoint", text("the endpoint", "orders"),
                "replay", flag("whether an operator asked for it"),
                "version", number("of the event"),
                "attempted_at", time("when it was sent"),
                "outcome", oneOf(OUTCOMES),
                "took_ms", number("until the status"));
        return optional(attempt, "status", small("of the answer"));
    }

    private static Schema undelivered(String time) {
        Schema delivery = object(
                "endpoint",
                text("the endpoint", "orders"),
                "replay",
                flag("whether an operator asked for it"),
                "version",
                number("of the event"),
                time,
                time(null),
                "attempts",
                number("used so far"));
        return lastAttempt(delivery);
    }

    private static Schema lastAttempt(Schema delivery) {
        optional(delivery, "last_outcome", oneOf(OUTCOMES));
        return optional(delivery, "last_status", number("of the last answer"));
    }

    private static Schema endpoint() {
        Schema endpoint = object(
                "name", text("the endpoint", "orders"),
                "known", flag("whether the settings of the replica that answers have it"),
                "types", array(eventType()),
                "state", oneOf("flowing", "open", "paused"),
                "behind", number("places of the feed of which no deliveries were made yet"),
                "queued", number("deliveries that wait"),
                "parked", number("deliveries that used up their attempts"),
                "lost", number("events that it never got and never will, since they became older than the retention"));
        optional(endpoint, "lost_at", time("when it lost one last; absent if it never did"));
        optional(endpoint, "paused_because", oneOf("operator", "gone"));
        optional(endpoint, "paused_at", time("absent if it is not paused"));
        optional(endpoint, "circuit_open_since", time("absent if the circuit is closed"));
        optional(endpoint, "next_probe_at", time("when one delivery is tried again"));
        return optional(
                endpoint,
                "oldest_undelivered_at",
                time("when its oldest event was made that waits; absent if none does"));
    }

    private static Schema delivery() {
        Schema delivery = object(
                "endpoint", text("the endpoint", "orders"),
                "state", oneOf(DELIVERY_STATES),
                "replay", flag("whether an operator asked for it"),
                "transaction_id", text("Proof's id", null),
                "version", number("of the event"),
                "attempts", number("used so far"),
                "at", time("when the event was made; of one that was delivered, when that was"));
        optional(delivery, "next_attempt_at", time("absent if it waits for an earlier event, or for nothing"));
        return lastAttempt(delivery);
    }

    private static Schema flag(String description) {
        return OASFactory.createSchema().addType(SchemaType.BOOLEAN).description(description);
    }

    private static Schema array(Schema items) {
        return OASFactory.createSchema().addType(SchemaType.ARRAY).items(items);
    }

    private static Schema anyObject(String description) {
        return OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .description(description)
                .additionalPropertiesBoolean(true);
    }

    private static Schema time(String description) {
        return text(description, "2026-05-02T08:00:00Z").format("date-time");
    }

    private static Schema number(String description) {
        return OASFactory.createSchema()
                .addType(SchemaType.INTEGER)
                .format("int64")
                .description(description);
    }

    private static Schema small(String description) {
        return number(description).format("int32");
    }
}
