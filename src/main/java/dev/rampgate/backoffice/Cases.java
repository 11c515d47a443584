package dev.rampgate.backoffice;

import dev.rampgate.backoffice.CaseFacts.Poll;
import dev.rampgate.backoffice.CaseReader.Reading;
import dev.rampgate.backoffice.CaseTexts.Part;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The case: everything about one transaction, and what it means, in one answer. */
@ApplicationScoped
public class Cases {

    private static final Duration MISSING_ALARM = Duration.ofHours(1);
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final CaseReader reader;
    private final CaseTexts texts;

    Cases(CaseReader reader, CaseTexts texts) {
        this.reader = reader;
        this.texts = texts;
    }

    /**
     * The case of a transaction. Fails with 400 if the id is none, and with 404 if it is unknown here.
     */
    public Uni<JsonObject> read(String id) {
        if (!TransactionIds.isPossible(id)) {
            throw OperatorCall.invalid("id", TransactionIds.RULE);
        }
        return reader.read(id)
                .map(
                        found -> found.orElseThrow(
                                () -> new ProblemException(
                                        ProblemType.NOT_FOUND,
                                        "This transaction is unknown here. POST /operate/transactions/{id}/poll adopts it if Proof knows it")))
                .map(this::json);
    }

    private JsonObject json(Reading reading) {
        CaseFacts facts = reading.facts();
        Situation situation = Situation.of(facts);
        Map<String, String> values = values(reading);
        values.put("question", texts.of(Part.QUESTION, situation, values));
        JsonObject poll = new JsonObject()
                .put("failures", facts.poll().failures())
                .put("in_flight", facts.poll().inFlight())
                .put("proof_refuses_us", facts.proofRefuses());
        TransactionJson.put(poll, "due_at", facts.poll().dueAt());
        TransactionJson.put(poll, "asked_at", facts.poll().askedAt());
        TransactionJson.put(poll, "missing_since", facts.poll().missingSince());
        return new JsonObject()
                .put("transaction", reading.transaction())
                .put("situation", situation.wireName())
                .put("why", texts.of(Part.WHY, situation, values))
                .put("next", texts.of(Part.NEXT, situation, values))
                .put("tell_the_user", texts.of(Part.USER, situation, values))
                .put("text_for_proof", texts.forProof(values))
                .put("alarms", alarms(reading))
                .put("poll", poll)
                .put("socket_attached", reading.socketAttached())
                .put("timeline", reading.timeline())
                .put("archive", reading.archive())
                .put("archive_truncated", reading.archiveTruncated())
                .put("events", reading.events())
                .put("deliveries", deliveries(reading, values));
    }

    /** With what to do about those that are parked, if some are. */
    private JsonObject deliveries(Reading reading, Map<String, String> values) {
        return values.get("parked") == null
                ? reading.deliveries()
                : reading.deliveries().copy().put("what_to_do", texts.ofParked(values));
    }

    private static JsonArray alarms(Reading reading) {
        JsonArray alarms =
                reading.transaction().getJsonArray("alarms", new JsonArray()).copy();
        Instant missing = reading.facts().poll().missingSince();
        if (missing != null && Duration.between(missing, reading.facts().now()).compareTo(MISSING_ALARM) >= 0) {
            alarms.add("transaction_missing");
        }
        return alarms;
    }

    /** What to tell a user whose order is not found here. */
    public String tellAboutNoOrder() {
        return texts.ofNoOrder();
    }

    /** What texts may name; what is not known is absent. */
    private static Map<String, String> values(Reading reading) {
        JsonObject transaction = reading.transaction();
        CaseFacts facts = reading.facts();
        Map<String, String> values = new HashMap<>();
        values.put("id", transaction.getString("merchant_transaction_id"));
        for (String name :
                List.of("reference", "type", "status", "requested_amount", "currency", "network", "address")) {
            values.put(name, transaction.getString(name));
        }
        boolean sell = "sell".equals(transaction.getString("type"));
        values.put(sell ? "if_sell" : "if_buy", "");
        values.put("amount", transaction.getString("crypto_amount"));
        values.put("fiat", fiat(transaction));
        values.put("confirmed", facts.confirmed() ? "yes" : "no");
        values.put("reported", facts.reported());
        values.put(
                "polled",
                Optional.ofNullable(facts.followUp().dissent())
                        .map(dissent -> dissent.status().wireName())
                        .orElse(null));
        values.put("unknown_status", facts.followUp().unknownStatus());
        values.put("attempt", Integer.toString(facts.attempt()));
        values.put("created", second(transaction.getString("created_at")));
        values.put("since", second(transaction.getString("updated_at")));
        Poll poll = facts.poll();
        values.put("next_poll", second(poll.inFlight() ? facts.now() : poll.dueAt()));
        values.put("last_poll", second(poll.askedAt()));
        values.put("failures", Integer.toString(poll.failures()));
        values.put("missing_since", second(poll.missingSince()));
        values.put("timeline", timeline(reading.timeline()));
        values.put("request_ids", requestIds(reading.archive()));
        values.put("parked", parked(reading.deliveries().getJsonArray("parked")));
        return values;
    }

    private static String fiat(JsonObject transaction) {
        String amount = transaction.getString("fiat_amount");
        String currency = transaction.getString("fiat_currency");
        return amount == null || currency == null ? null : amount + " " + currency;
    }

    /** A line for each accepted status; null if there is none. */
    private static String timeline(JsonArray timeline) {
        String lines = timeline.stream()
                .map(JsonObject.class::cast)
                .map(step -> "  attempt %d, %s: at Proof %s, observed %s by %s, confirmed %s"
                        .formatted(
                                step.getInteger("attempt"),
                                step.getString("status"),
                                orDash(step.getString("occurred_at")),
                                orDash(step.getString("observed_at")),
                                step.getString("channel"),
                                orDash(step.getString("confirmed_at"))))
                .collect(Collectors.joining("\n"));
        return lines.isEmpty() ? null : lines;
    }

    /** Which events are parked for which endpoint; null if none is. */
    private static String parked(JsonArray deliveries) {
        String named = deliveries.stream()
                .map(JsonObject.class::cast)
                .map(one -> "version " + one.getInteger("version") + " for " + one.getString("endpoint"))
                .distinct()
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? null : named;
    }

    private static String orDash(String time) {
        return time == null ? "-" : second(time);
    }

    /** Those that Proof named in what the archive keeps; null if there is none. */
    private static String requestIds(JsonArray archive) {
        Set<String> ids = new LinkedHashSet<>();
        archive.stream()
                .map(JsonObject.class::cast)
                .map(observation -> observation.getString("raw"))
                .forEach(raw -> requestId(raw).ifPresent(ids::add));
        return ids.isEmpty() ? null : String.join(", ", ids);
    }

    private static Optional<String> requestId(String raw) {
        try {
            return raw == null
                    ? Optional.empty()
                    : Optional.ofNullable(new JsonObject(raw).getMap())
                            .map(map -> map.get("request_id"))
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .filter(id -> REQUEST_ID.matcher(id).matches());
        } catch (DecodeException | ClassCastException noObject) {
            return Optional.empty();
        }
    }

    private static String second(String time) {
        return time == null ? null : second(Instant.parse(time));
    }

    private static String second(Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
