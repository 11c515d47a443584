package dev.rampgate.backoffice;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.postgres.FollowUpJson;
import dev.rampgate.reconcile.postgres.OwnReferenceColumns;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A transaction as actors see it: as its owner sees it, with the user and the alarms. Unknown fields are absent. */
final class TransactionJson {

    /** The columns that {@link #of} reads. */
    static final String COLUMNS = """
            id, user_id, type, currency, network, requested_amount, crypto_amount, fiat_currency, fiat_amount, payment_method, reference,
            reference_source, metadata, address, created_at, status, attempt, confirmed, since, changed_at, settled, abandoned, follow_up
            """;

    /** The text fields of a row in the order of an export's columns. */
    static final List<String> FIELDS = List.of(
            "merchant_transaction_id",
            "user_id",
            "erased",
            "reference",
            "reference_source",
            "type",
            "status",
            "confirmed",
            "reported",
            "attempt",
            "settled",
            "abandoned",
            "currency",
            "network",
            "requested_amount",
            "crypto_amount",
            "fiat_currency",
            "fiat_amount",
            "payment_method",
            "address",
            "created_at",
            "updated_at",
            "changed_at",
            "alarms",
            "metadata");

    private TransactionJson() {}

    static JsonObject of(Row row) {
        JsonObject json = new JsonObject();
        FollowUp followUp = FollowUpJson.read((JsonObject) row.getValue("follow_up"));
        json.put("merchant_transaction_id", row.getString("id"));
        if (TransactionDetails.isPseudonym(row.getString("user_id"))) {
            json.put("erased", true);
        } else {
            put(json, "user_id", row.getString("user_id"));
        }
        put(json, "type", row.getString("type"));
        json.put("status", row.getString("status"));
        json.put("confirmed", row.getBoolean("confirmed"));
        put(json, "reported", reported(followUp, row.getString("status")));
        json.put("attempt", row.getInteger("attempt"));
        for (String name : List.of(
                "currency",
                "network",
                "requested_amount",
                "crypto_amount",
                "fiat_currency",
                "fiat_amount",
                "payment_method")) {
            put(json, name, row.getString(name));
        }
        OwnReference own = OwnReferenceColumns.read(row);
        if (own != null && own.reference() != null) {
            json.put("reference", own.reference());
            json.put("reference_source", own.source().wireName());
        }
        if (own != null && !own.metadata().isEmpty()) {
            JsonObject metadata = new JsonObject();
            own.metadataInOrder().forEach(metadata::put);
            json.put("metadata", metadata);
        }
        put(json, "address", row.getString("address"));
        put(json, "created_at", Columns.instant(row, "created_at"));
        put(json, "updated_at", Columns.instant(row, "since"));
        put(json, "changed_at", Columns.instant(row, "changed_at"));
        json.put("settled", row.getBoolean("settled"));
        json.put("abandoned", row.getBoolean("abandoned"));
        List<String> alarms =
                alarms(followUp, Status.of(row.getString("status")).orElseThrow());
        if (!alarms.isEmpty()) {
            json.put("alarms", new JsonArray(alarms));
        }
        return json;
    }

    /** What a record shows that an operator must look into, of {@link SearchFilter#ALARMS}. */
    static List<String> alarms(FollowUp followUp, Status status) {
        List<String> alarms = new ArrayList<>();
        if (!followUp.contradictions().isEmpty()) {
            alarms.add("completed_contradicted");
        }
        if (followUp.detailsContradicted()) {
            alarms.add("details_contradicted");
        }
        if (followUp.unknownStatus() != null) {
            alarms.add("unknown_status");
        }
        if (followUp.amountUnreadSince() != null && status.isTerminal()) {
            alarms.add("amount_unreadable");
        }
        return alarms;
    }

    /** The status that a webhook claims and the ledger has not accepted; null if there is none. */
    static String reported(FollowUp followUp, String recorded) {
        boolean claimed = followUp.nudge() != null
                && followUp.nudge().channel() == Channel.WEBHOOK
                && followUp.nudge().status() != null;
        String status = claimed ? followUp.nudge().status().wireName() : recorded;
        return status.equals(recorded) ? null : status;
    }

    static void put(JsonObject json, String name, String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    static void put(JsonObject json, String name, Instant value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
