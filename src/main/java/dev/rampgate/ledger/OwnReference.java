package dev.rampgate.ledger;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the company calls a session, beside Proof's id. It never goes to Proof.
 *
 * @param reference its own id for the session, not unique: 1 to 128 printable characters; null if none
 * @param source who named the reference; null exactly if there is none
 * @param metadata strings by name, from the user's client; empty if there are none
 */
public record OwnReference(String reference, Source source, Map<String, String> metadata) {

    /** Who named a reference. */
    public enum Source {
        /** The user's client named it in the body. It is a claim: a user can name another user's order. */
        CALLER,
        /** The gateway in front of Rampgate named it, or the issuer of the user's token. */
        GATEWAY;

        /** As the API spells it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The source of that name. */
        public static Source of(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }

    public OwnReference {
        if ((reference == null) != (source == null)) {
            throw new IllegalArgumentException("a reference and its source come together");
        }
        metadata = Map.copyOf(metadata);
    }

    /** Whether there is neither a reference nor metadata. */
    public boolean isEmpty() {
        return reference == null && metadata.isEmpty();
    }

    /** The metadata in the order of their names. */
    public Map<String, String> metadataInOrder() {
        return new TreeMap<>(metadata);
    }

    /** Without what the company wrote. */
    @Override
    public String toString() {
        return "OwnReference[from " + source + ", " + metadata.size() + " metadata]";
    }
}
