package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.rampgate.sandbox.fault.Words;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Says in the words of JSON what is wrong with a text, at which field and in which line, without names of Java. */
public final class JsonMistake {

    private JsonMistake() {}

    /** One sentence for the author of the text. */
    public static String of(JsonProcessingException mistake) {
        return place(mistake) + what(mistake) + line(mistake.getLocation());
    }

    private static String what(JsonProcessingException mistake) {
        if (mistake instanceof UnrecognizedPropertyException unknown) {
            Collection<Object> known = unknown.getKnownPropertyIds();
            return "field "
                    + Words.unknown(
                            unknown.getPropertyName(),
                            known == null
                                    ? List.of()
                                    : known.stream()
                                            .map(Object::toString)
                                            .sorted()
                                            .toList());
        }
        if (mistake instanceof InvalidTypeIdException kind) {
            return kind(kind);
        }
        if (mistake instanceof MismatchedInputException wrong) {
            boolean missing = wrong.getOriginalMessage().startsWith("Missing required");
            return (missing ? "is missing; it must be " : "must be ") + form(wrong.getTargetType());
        }
        Throwable cause = mistake.getCause();
        if (mistake instanceof JsonMappingException) {
            return cause instanceof IllegalArgumentException ? cause.getMessage() : "has the wrong form";
        }
        // The parser's own messages are about JSON; what follows in brackets is about its source.
        return "this is not JSON: "
                + mistake.getOriginalMessage().replaceAll("\\s*\\R.*| \\(for .*\\)| at \\[Source.*", "");
    }

    private static String kind(InvalidTypeIdException kind) {
        JsonSubTypes subtypes = kind.getBaseType().getRawClass().getAnnotation(JsonSubTypes.class);
        List<String> known = subtypes == null
                ? List.of()
                : Stream.of(subtypes.value()).map(JsonSubTypes.Type::name).toList();
        return kind.getTypeId() == null
                ? "needs a kind: " + String.join(", ", known)
                : "kind " + Words.unknown(kind.getTypeId(), known);
    }

    private static String form(Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type) || type == double.class) {
            return "a number";
        }
        if (type == String.class || type.isEnum()) {
            return "a string";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    /** Such as {@code faults[0].place: }; nothing for the whole text. */
    private static String place(JsonProcessingException mistake) {
        if (!(mistake instanceof JsonMappingException mapping)) {
            return "";
        }
        StringBuilder place = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            if (step.getFieldName() == null) {
                place.append('[').append(step.getIndex()).append(']');
            } else {
                place.append(place.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return place.isEmpty() ? "" : place + ": ";
    }

    /** Where it stands, in brackets; nothing if that is not known. */
    static String line(JsonLocation at) {
        return at == null || at.getLineNr() < 1
                ? ""
                : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }
}
