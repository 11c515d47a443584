package dev.rampgate.edge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.rampgate.wire.Misspelling;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Refuses a field that is a known one misspelt: {@code tpye} would have no effect, and the session would be of another type. Other
 * unknown fields are ignored, as clients may rely on it.
 */
class MisspeltFields extends DeserializationProblemHandler {

    @Override
    public boolean handleUnknownProperty(
            DeserializationContext context, JsonParser parser, JsonDeserializer<?> reader, Object target, String name)
            throws IOException {
        Collection<Object> known = reader == null ? List.of() : reader.getKnownPropertyNames();
        if (known != null
                && Misspelling.meant(name, known.stream().map(Object::toString).toList())
                        .isPresent()) {
            throw UnrecognizedPropertyException.from(parser, target, name, known);
        }
        return false;
    }
}
