package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The case of one transaction.
 *
 * @param parked deliveries that used up their attempts
 * @param whatToDo about those; empty if there are none
 * @param mayPoll whether the actor may have Proof asked again
 * @param mayResend whether the actor may have the events sent again
 * @param mayReadAudit whether the actor may see who looked at the transaction
 * @param refreshes whether the page asks for itself again, since something is about to change
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record CasePage(
        Frame frame,
        Summary summary,
        List<Fact> facts,
        List<Fact> plan,
        List<Step> steps,
        List<Observed> observations,
        boolean truncated,
        List<Published> events,
        List<Delivery> pending,
        List<Delivery> parked,
        String whatToDo,
        List<Attempt> attempts,
        boolean mayPoll,
        boolean mayResend,
        boolean mayReadAudit,
        boolean refreshes)
        implements TemplateInstance {

    /** What it means, and what to answer. */
    public record Summary(
            String id,
            String href,
            String auditHref,
            String status,
            String tone,
            boolean confirmed,
            String reported,
            String situation,
            String reference,
            String referenceSource,
            String user,
            String what,
            String why,
            String next,
            String tellTheUser,
            String textForProof,
            List<String> alarms) {}

    /** A value with its name. */
    public record Fact(String name, String value, boolean mono) {}

    /** An accepted status. */
    public record Step(
            int attempt,
            String status,
            String tone,
            String channel,
            Moment occurred,
            Moment observed,
            Moment confirmed,
            boolean correction) {}

    /** An observation of the archive. */
    public record Observed(
            Moment received, String channel, String outcome, String status, Moment changed, String raw) {}

    /** An event for other systems. */
    public record Published(String id, String type, int version, Moment created) {}

    /** A delivery that is not made yet. */
    public record Delivery(
            String endpoint, int version, boolean replay, Moment due, int attempts, String last, String tone) {}

    /** An attempt of a delivery. */
    public record Attempt(
            String endpoint,
            int version,
            boolean replay,
            Moment at,
            String outcome,
            String tone,
            String status,
            int took) {}

    static CasePage of(
            Frame frame,
            JsonObject found,
            boolean mayPoll,
            boolean mayResend,
            boolean mayReadAudit,
            boolean refreshes) {
        JsonObject transaction = found.getJsonObject("transaction");
        return new CasePage(
                frame,
                summary(found, transaction),
                facts(transaction),
                plan(found),
                each(found.getJsonArray("timeline"), CasePage::step),
                each(found.getJsonArray("archive"), CasePage::observed),
                found.getBoolean("archive_truncated"),
                each(found.getJsonArray("events"), CasePage::published),
                each(found.getJsonObject("deliveries").getJsonArray("pending"), CasePage::delivery),
                each(found.getJsonObject("deliveries").getJsonArray("parked"), CasePage::delivery),
                found.getJsonObject("deliveries").getString("what_to_do", ""),
                each(found.getJsonObject("deliveries").getJsonArray("attempts"), CasePage::attempt),
                mayPoll,
                mayResend,
                mayReadAudit,
                refreshes);
    }

    private static Summary summary(JsonObject found, JsonObject transaction) {
        String status = transaction.getString("status");
        return new Summary(
                transaction.getString("merchant_transaction_id"),
                CaseAddress.absolute(transaction.getString("merchant_transaction_id")),
                CaseAddress.audit(transaction.getString("merchant_transaction_id")),
                status,
                Tone.ofStatus(status),
                transaction.getBoolean("confirmed"),
                transaction.getString("reported", ""),
                found.getString("situation").replace('_', ' '),
                transaction.getString("reference", ""),
                transaction.getString("reference_source", ""),
                transaction.getBoolean("erased", false) ? "erased" : transaction.getString("user_id", ""),
                what(transaction),
                found.getString("why"),
                found.getString("next"),
                found.getString("tell_the_user"),
                found.getString("text_for_proof"),
                SearchPage.Row.alarms(found.getJsonArray("alarms")));
    }

    private static String what(JsonObject transaction) {
        String kind = "sell".equals(transaction.getString("type")) ? "Sale" : "Purchase";
        String amount = SearchPage.Row.amount(transaction);
        String network = transaction.getString("network");
        return kind + (amount.isEmpty() ? "" : " of " + amount) + (network == null ? "" : " on " + network);
    }

    private static List<Fact> facts(JsonObject transaction) {
        List<Fact> facts = new ArrayList<>();
        add(facts, "Type", transaction.getString("type"), false);
        add(facts, "Requested", with(transaction, "requested_amount", "currency"), false);
        add(facts, "Final amount", with(transaction, "crypto_amount", "currency"), false);
        add(facts, "Paid or paid out", with(transaction, "fiat_amount", "fiat_currency"), false);
        add(facts, "Payment method", transaction.getString("payment_method"), false);
        add(facts, "Network", transaction.getString("network"), false);
        add(facts, "Attempt", String.valueOf(transaction.getInteger("attempt")), false);
        add(facts, "Opened", Moment.of(transaction.getString("created_at")).text(), false);
        add(
                facts,
                "Status since",
                Moment.of(transaction.getString("updated_at")).text(),
                false);
        add(
                facts,
                "Last change here",
                Moment.of(transaction.getString("changed_at")).text(),
                false);
        add(facts, "Settled", transaction.getBoolean("settled") ? "yes" : "no", false);
        add(facts, "Abandoned", transaction.getBoolean("abandoned") ? "yes" : "no", false);
        add(facts, "Address", transaction.getString("address"), true);
        JsonObject metadata = transaction.getJsonObject("metadata");
        if (metadata != null) {
            metadata.forEach(entry -> add(facts, entry.getKey(), String.valueOf(entry.getValue()), true));
        }
        return facts;
    }

    private static List<Fact> plan(JsonObject found) {
        JsonObject poll = found.getJsonObject("poll");
        List<Fact> plan = new ArrayList<>();
        add(
                plan,
                "Next poll",
                poll.getBoolean("in_flight")
                        ? "now"
                        : Moment.of(poll.getString("due_at")).text(),
                false);
        add(plan, "Last poll", Moment.of(poll.getString("asked_at")).text(), false);
        add(plan, "Failed polls in a row", String.valueOf(poll.getInteger("failures")), false);
        if (poll.getString("missing_since") != null) {
            add(
                    plan,
                    "Unknown to Proof since",
                    Moment.of(poll.getString("missing_since")).text(),
                    false);
        }
        add(plan, "Proof refuses us", poll.getBoolean("proof_refuses_us") ? "yes" : "no", false);
        add(plan, "Socket", found.getBoolean("socket_attached") ? "attached" : "not attached", false);
        return plan;
    }

    private static String with(JsonObject transaction, String amount, String unit) {
        String value = transaction.getString(amount);
        return value == null ? null : value + " " + Objects.toString(transaction.getString(unit), "");
    }

    private static void add(List<Fact> facts, String name, String value, boolean mono) {
        if (value != null && !value.isBlank()) {
            facts.add(new Fact(name, value, mono));
        }
    }

    private static Step step(JsonObject step) {
        String status = step.getString("status");
        return new Step(
                step.getInteger("attempt"),
                status,
                Tone.ofStatus(status),
                step.getString("channel"),
                Moment.of(step.getString("occurred_at")),
                Moment.of(step.getString("observed_at")),
                Moment.of(step.getString("confirmed_at")),
                step.getBoolean("correction"));
    }

    private static Observed observed(JsonObject observation) {
        return new Observed(
                Moment.of(observation.getString("received_at")),
                observation.getString("channel"),
                observation.getString("outcome"),
                Objects.toString(observation.getString("status"), ""),
                Moment.of(observation.getString("changed_at")),
                Objects.toString(observation.getString("raw"), ""));
    }

    private static Published published(JsonObject event) {
        return new Published(
                event.getString("id"),
                event.getString("type"),
                event.getInteger("version"),
                Moment.of(event.getString("created_at")));
    }

    private static Delivery delivery(JsonObject delivery) {
        String outcome = delivery.getString("last_outcome");
        Integer status = delivery.getInteger("last_status");
        return new Delivery(
                delivery.getString("endpoint"),
                delivery.getInteger("version"),
                delivery.getBoolean("replay"),
                Moment.of(delivery.getString("due_at")),
                delivery.getInteger("attempts"),
                outcome == null ? "" : outcome + (status == null ? "" : " " + status),
                outcome == null ? Tone.OFF : Tone.ofOutcome(outcome));
    }

    private static Attempt attempt(JsonObject attempt) {
        String outcome = attempt.getString("outcome");
        return new Attempt(
                attempt.getString("endpoint"),
                attempt.getInteger("version"),
                attempt.getBoolean("replay"),
                Moment.of(attempt.getString("attempted_at")),
                outcome,
                Tone.ofOutcome(outcome),
                attempt.getInteger("status") == null
                        ? ""
                        : attempt.getInteger("status").toString(),
                attempt.getInteger("took_ms"));
    }

    private static <T> List<T> each(JsonArray array, Function<JsonObject, T> view) {
        return array.stream().map(JsonObject.class::cast).map(view).collect(Collectors.toList());
    }
}
