package dev.rampgate.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.rampgate.wire.ByteOrderMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of one JSON object at its top level. Strings are kept, for everything that Proof says is a string, and so is the
 * spelling of numbers, which never become floating point; nested values are read over, within limits of depth and length. Of
 * a doubled name the last one counts. A byte order mark before the object is ignored.
 */
final class JsonFields {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    // Numbers stay text, so that a long one costs no more than a string.
                    .maxNumberLength(1 << 20)
                    .maxNameLength(1_000)
                    .maxStringLength(1 << 20)
                    .build())
            // The names come from outside: they must not fill a table that is never emptied.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final Map<String, String> strings = new HashMap<>();
    /** Almost always empty, so that they cost nothing then. */
    private final Map<String, String> numbers = new HashMap<>(0);

    private final Set<String> others = new HashSet<>(0);

    private JsonFields() {}

    /** Reads UTF-8; none if it is not exactly one JSON object. */
    static Optional<JsonFields> of(byte[] utf8) {
        return decode(utf8).flatMap(JsonFields::of);
    }

    /** None if the text is not exactly one JSON object. */
    static Optional<JsonFields> of(String text) {
        JsonFields fields = new JsonFields();
        try (JsonParser parser = JSON.createParser(ByteOrderMark.strippedFrom(text))) {
            return fields.read(parser) ? Optional.of(fields) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** None if the bytes are no UTF-8. */
    static Optional<String> decode(byte[] utf8) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    /** The string of that name, which may be empty; none if it is absent, null or no string. */
    Optional<String> string(String name) {
        return Optional.ofNullable(strings.get(name));
    }

    /** The string of that name, or the number as it is spelled; none if it is absent, null or something else. */
    Optional<String> text(String name) {
        return string(name).or(() -> Optional.ofNullable(numbers.get(name)));
    }

    /** Whether there is a value of that name which is neither a string nor null. */
    boolean isOther(String name) {
        return others.contains(name);
    }

    private boolean read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            strings.remove(name);
            numbers.remove(name);
            others.remove(name);
            if (value == JsonToken.VALUE_STRING) {
                strings.put(name, parser.getText());
            } else if (value != JsonToken.VALUE_NULL) {
                others.add(name);
                if (value.isNumeric()) {
                    numbers.put(name, parser.getText());
                }
                parser.skipChildren();
            }
        }
        return parser.nextToken() == null;
    }
}
