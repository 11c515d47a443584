package dev.rampgate.reconcile.postgres;

import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.OwnReference.Source;
import dev.rampgate.ledger.TransactionDetails;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.util.LinkedHashMap;
import java.util.Map;

/** The company's own reference of a transaction as the columns {@code reference}, {@code reference_source} and {@code metadata}. */
public final class OwnReferenceColumns {

    private OwnReferenceColumns() {}

    /** Reads the three columns; null if the transaction has neither a reference nor metadata. */
    public static OwnReference read(Row row) {
        String reference = row.getString("reference");
        String source = row.getString("reference_source");
        OwnReference own = new OwnReference(
                reference, source == null ? null : Source.of(source), metadata((JsonObject) row.getValue("metadata")));
        return own.isEmpty() ? null : own;
    }

    private static Map<String, String> metadata(JsonObject stored) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (stored != null) {
            stored.forEach(entry -> metadata.put(entry.getKey(), (String) entry.getValue()));
        }
        return metadata;
    }

    static String reference(TransactionDetails details) {
        return details.own() == null ? null : details.own().reference();
    }

    static String source(TransactionDetails details) {
        return details.own() == null || details.own().source() == null
                ? null
                : details.own().source().wireName();
    }

    static JsonObject metadata(TransactionDetails details) {
        if (details.own() == null || details.own().metadata().isEmpty()) {
            return null;
        }
        JsonObject metadata = new JsonObject();
        details.own().metadataInOrder().forEach(metadata::put);
        return metadata;
    }
}
