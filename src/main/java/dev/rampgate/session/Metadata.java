package dev.rampgate.session;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.rampgate.wire.CleanText;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An object of strings that is small enough to stand in every read. Each broken rule is named; no caller's text is repeated. */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Metadata.Rule.class)
@interface Metadata {

    /** Replaced by each rule that is broken. */
    String message() default "must be an object of strings";

    /** Unused. */
    Class<?>[] groups() default {};

    /** Unused. */
    Class<? extends Payload>[] payload() default {};

    /** Checks it. */
    class Rule implements ConstraintValidator<Metadata, Map<String, Object>> {

        private static final int MAX_ENTRIES = 50;
        private static final int MAX_NAME = 64;
        private static final int MAX_BYTES = 8_192;

        private static final JsonFactory JSON = new JsonFactory();

        @Override
        public boolean isValid(Map<String, Object> metadata, ConstraintValidatorContext context) {
            List<String> broken = metadata == null ? List.of() : broken(metadata);
            if (!broken.isEmpty()) {
                context.disableDefaultConstraintViolation();
                broken.forEach(rule ->
                        context.buildConstraintViolationWithTemplate(rule).addConstraintViolation());
            }
            return broken.isEmpty();
        }

        private static List<String> broken(Map<String, Object> metadata) {
            List<String> broken = new ArrayList<>();
            boolean texts = metadata.values().stream().allMatch(String.class::isInstance);
            boolean clean = metadata.keySet().stream().allMatch(CleanText::isClean)
                    && metadata.values().stream()
                            .allMatch(value -> !(value instanceof String text) || CleanText.isClean(text));
            if (metadata.size() > MAX_ENTRIES) {
                broken.add("must have at most " + MAX_ENTRIES + " entries");
            }
            if (metadata.keySet().stream()
                    .anyMatch(name -> name.isEmpty() || name.codePointCount(0, name.length()) > MAX_NAME)) {
                broken.add("must have names of 1 to " + MAX_NAME + " characters");
            }
            if (!texts) {
                broken.add("must have only strings as values");
            }
            if (!clean) {
                broken.add("must have no control characters and no lone surrogates");
            }
            if (texts && clean && bytes(metadata) > MAX_BYTES) {
                broken.add("must have at most " + MAX_BYTES + " bytes as JSON");
            }
            return broken;
        }

        /** As UTF-8 without white space. */
        private static int bytes(Map<String, Object> metadata) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                json.writeStartObject();
                for (Map.Entry<String, Object> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), (String) entry.getValue());
                }
                json.writeEndObject();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return bytes.size();
        }
    }
}
