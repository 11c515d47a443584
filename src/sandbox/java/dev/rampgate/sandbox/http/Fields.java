package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.rampgate.sandbox.fault.Words;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields of a call's body, each with its line. What is missing, unknown or of another form is refused with the field, the line and what is
 * allowed.
 */
final class Fields {

    private final JsonNode body;
    private final Map<String, JsonLocation> places;

    private Fields(JsonNode body, Map<String, JsonLocation> places) {
        this.body = body;
        this.places = places;
    }

    /**
     * Reads the body of a call; none at all is an object without fields.
     *
     * @param known the fields that the call has
     * @throws JsonProcessingException if it is no JSON
     * @throws IllegalArgumentException if it is no object, or has another field
     */
    static Fields of(RoutingContext call, String... known) throws JsonProcessingException {
        String text = call.body().asString();
        String json = text == null || text.isBlank() ? "{}" : text;
        JsonNode body = Json.MAPPER.readTree(json);
        if (!body.isObject()) {
            throw new IllegalArgumentException("the body must be a JSON object");
        }
        Fields fields = new Fields(body, places(json));
        body.fieldNames().forEachRemaining(name -> {
            if (!List.of(known).contains(name)) {
                throw fields.refused(name, "this field is not known" + Words.hint(name, List.of(known)));
            }
        });
        return fields;
    }

    /** Empty if the field is absent or null; never blank. */
    Optional<String> text(String name) {
        return anyText(name).map(text -> {
            if (text.isBlank()) {
                throw refused(name, "must be a string that is not blank");
            }
            return text;
        });
    }

    /** As {@link #text(String)}, blank or not. */
    Optional<String> anyText(String name) {
        return value(name).map(value -> {
            if (!value.isTextual()) {
                throw refused(name, "must be a string");
            }
            return value.textValue();
        });
    }

    /** As {@link #text(String)}; what the reader refuses by an exception is refused with this field's line. */
    <T> Optional<T> text(String name, Function<String, T> reader) {
        return text(name).map(text -> read(name, text, reader));
    }

    /** @param allowed what it must be, for the message */
    String required(String name, String allowed) {
        return text(name).orElseThrow(() -> missing(name, allowed));
    }

    /** Null if the field is absent or null. */
    List<String> texts(String name, Function<String, String> reader) {
        Optional<JsonNode> array = value(name);
        if (array.isEmpty()) {
            return null;
        }
        if (!array.get().isArray()) {
            throw refused(name, "must be an array of strings, or null for no check");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : array.get()) {
            String place = name + "[" + texts.size() + "]";
            if (!item.isTextual()) {
                throw refused(place, "must be a string");
            }
            texts.add(read(place, item.textValue(), reader));
        }
        return texts;
    }

    Optional<Double> number(String name, double least, double most) {
        return value(name).map(value -> {
            if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
                throw refused(name, "must be a number from " + Math.round(least) + " to " + Math.round(most));
            }
            return value.doubleValue();
        });
    }

    /** A duration that must be there, in whole milliseconds. */
    Duration millis(String name, Duration least, Duration most) {
        String allowed = "must be a whole number of milliseconds from " + least.toMillis() + " to " + most.toMillis();
        JsonNode value = value(name).orElseThrow(() -> missing(name, allowed));
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least.toMillis()
                || value.longValue() > most.toMillis()) {
            throw refused(name, allowed);
        }
        return Duration.ofMillis(value.longValue());
    }

    /** True or false, which must be there. */
    boolean flag(String name) {
        String allowed = "must be true or false";
        JsonNode value = value(name).orElseThrow(() -> missing(name, allowed));
        if (!value.isBoolean()) {
            throw refused(name, allowed);
        }
        return value.booleanValue();
    }

    private Optional<JsonNode> value(String name) {
        return Optional.of(body.path(name)).filter(value -> !value.isNull() && !(value instanceof MissingNode));
    }

    private <T> T read(String place, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException | DateTimeException senseless) {
            throw refused(place, senseless.getMessage());
        }
    }

    private IllegalArgumentException missing(String name, String allowed) {
        return refused(name, "is missing; it " + allowed);
    }

    private IllegalArgumentException refused(String place, String why) {
        JsonLocation at = places.getOrDefault(place, places.get(""));
        return new IllegalArgumentException(place + ": " + why + JsonMistake.line(at));
    }

    /** Where each field, and each item of an array in one, stands; the whole under the empty name. */
    private static Map<String, JsonLocation> places(String json) throws JsonProcessingException {
        Map<String, JsonLocation> places = new HashMap<>();
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            parser.nextToken();
            places.put("", parser.currentTokenLocation());
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
                places.put(name, parser.currentTokenLocation());
                if (isArray) {
                    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                        places.put(name + "[" + i + "]", parser.currentTokenLocation());
                        parser.skipChildren();
                    }
                } else {
                    parser.skipChildren();
                }
            }
            return places;
        } catch (JsonProcessingException unreadable) {
            throw unreadable;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
