package dev.rampgate.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/**
 * What the header of a signed token says (RFC 7515, section 4), read strictly, since a stranger may have written it; nothing of
 * it is believed yet. The library that verifies signatures trusts the types of what it parses.
 *
 * @param algorithm {@code alg}
 * @param keyId {@code kid}; null if the header has none
 */
record TokenHeader(String algorithm, String keyId) {

    /** Header, payload and signature. */
    private static final int PARTS = 3;

    /** Deepest nesting of the header's JSON; real ones have one level, or two with a certificate chain. */
    private static final int MAX_DEPTH = 8;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The names come from outside: they must not fill a table that is never emptied.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /**
     * The header of a token in compact form. Empty if this is no such token, if the header is not one JSON object, if
     * {@code alg} or {@code kid} is no string, or if it has {@code crit}: there is no extension that we understand.
     */
    static Optional<TokenHeader> of(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            Base64.Decoder base64 = Base64.getUrlDecoder();
            base64.decode(parts[1]);
            base64.decode(parts[2]);
            try (JsonParser parser = JSON.createParser(base64.decode(parts[0]))) {
                return read(parser);
            }
        } catch (IOException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<TokenHeader> read(JsonParser parser) throws IOException {
        String algorithm = null;
        String keyId = null;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return Optional.empty();
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("crit")) {
                return Optional.empty();
            }
            boolean known = name.equals("alg") || name.equals("kid");
            if (known && value == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                algorithm = name.equals("alg") ? text : algorithm;
                keyId = name.equals("kid") ? text : keyId;
            } else if (known && value != JsonToken.VALUE_NULL) {
                return Optional.empty();
            }
            parser.skipChildren();
        }
        return algorithm == null || parser.nextToken() != null
                ? Optional.empty()
                : Optional.of(new TokenHeader(algorithm, keyId));
    }
}
