package dev.rampgate.reconcile.postgres;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.FollowUp.Acceptance;
import dev.rampgate.ledger.FollowUp.Contradiction;
import dev.rampgate.ledger.FollowUp.Dissent;
import dev.rampgate.ledger.FollowUp.Nudge;
import dev.rampgate.ledger.Status;
import dev.rampgate.wire.UtcTime;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The column {@code transaction.follow_up}: what the rules remember, as JSON; null for nothing. */
public final class FollowUpJson {

    private FollowUpJson() {}

    static JsonObject write(FollowUp followUp) {
        if (followUp.equals(FollowUp.NONE)) {
            return null;
        }
        JsonObject json = new JsonObject();
        if (followUp.nudge() != null) {
            Nudge nudge = followUp.nudge();
            JsonObject one = new JsonObject()
                    .put("channel", nudge.channel().name())
                    .put("received_at", nudge.receivedAt().toString())
                    .put("answers", nudge.answers());
            putStatus(one, nudge.status());
            putTime(one, "changed_at", nudge.changedAt());
            json.put("nudge", one);
        }
        if (followUp.dissent() != null) {
            Dissent dissent = followUp.dissent();
            JsonObject one =
                    new JsonObject().put("since", dissent.since().toString()).put("polls", dissent.polls());
            putStatus(one, dissent.status());
            json.put("dissent", one);
        }
        putTime(json, "watched_since", followUp.watchedSince());
        if (followUp.unknownStatus() != null) {
            json.put("unknown_status", followUp.unknownStatus());
        }
        putTime(json, "amount_unread_since", followUp.amountUnreadSince());
        if (!followUp.reports().isEmpty()) {
            JsonObject reports = new JsonObject();
            followUp.reports().forEach((status, at) -> putTime(reports, status.wireName(), at));
            json.put("reports", reports);
        }
        if (followUp.acceptance() != null) {
            Acceptance acceptance = followUp.acceptance();
            JsonObject one =
                    new JsonObject().put("channel", acceptance.channel().name());
            putTime(one, "occurred_at", acceptance.occurredAt());
            putTime(one, "observed_at", acceptance.observedAt());
            json.put("acceptance", one);
        }
        if (!followUp.contradictions().isEmpty()) {
            JsonArray contradictions = new JsonArray();
            followUp.contradictions().forEach(contradiction -> {
                JsonObject one = new JsonObject();
                putStatus(one, contradiction.status());
                putTime(one, "updated_at", contradiction.updatedAt());
                contradictions.add(one);
            });
            json.put("contradictions", contradictions);
        }
        if (followUp.detailsContradicted()) {
            json.put("details_contradicted", true);
        }
        return json;
    }

    /** Reads the column. */
    public static FollowUp read(JsonObject json) {
        if (json == null) {
            return FollowUp.NONE;
        }
        return new FollowUp(
                nudge(json.getJsonObject("nudge")),
                dissent(json.getJsonObject("dissent")),
                time(json, "watched_since"),
                json.getString("unknown_status"),
                time(json, "amount_unread_since"),
                reports(json.getJsonObject("reports")),
                acceptance(json.getJsonObject("acceptance")),
                contradictions(json.getJsonArray("contradictions", new JsonArray())),
                json.getBoolean("details_contradicted", false));
    }

    private static Acceptance acceptance(JsonObject json) {
        return json == null
                ? null
                : new Acceptance(
                        Channel.valueOf(json.getString("channel")),
                        time(json, "occurred_at"),
                        time(json, "observed_at"));
    }

    private static List<Contradiction> contradictions(JsonArray json) {
        return json.stream()
                .map(JsonObject.class::cast)
                .map(one -> new Contradiction(status(one), time(one, "updated_at")))
                .toList();
    }

    private static Nudge nudge(JsonObject json) {
        return json == null
                ? null
                : new Nudge(
                        Channel.valueOf(json.getString("channel")),
                        status(json),
                        time(json, "changed_at"),
                        time(json, "received_at"),
                        json.getInteger("answers"));
    }

    private static Dissent dissent(JsonObject json) {
        return json == null ? null : new Dissent(status(json), time(json, "since"), json.getInteger("polls"));
    }

    private static Map<Status, Instant> reports(JsonObject json) {
        Map<Status, Instant> reports = new EnumMap<>(Status.class);
        if (json != null) {
            json.fieldNames()
                    .forEach(name -> Status.of(name).ifPresent(status -> reports.put(status, time(json, name))));
        }
        return reports;
    }

    private static void putStatus(JsonObject json, Status status) {
        if (status != null) {
            json.put("status", status.wireName());
        }
    }

    private static void putTime(JsonObject json, String name, Instant time) {
        if (time != null) {
            json.put(name, time.toString());
        }
    }

    private static Status status(JsonObject json) {
        return Status.of(json.getString("status")).orElse(null);
    }

    private static Instant time(JsonObject json, String name) {
        String text = json.getString(name);
        return text == null ? null : UtcTime.read(text).orElseGet(() -> Instant.parse(text));
    }
}
