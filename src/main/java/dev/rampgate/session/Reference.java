package dev.rampgate.session;

import dev.rampgate.wire.PrintableText;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A text that may be the company's own reference of a session. */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Reference.Rule.class)
@interface Reference {

    /** The rule, for the caller. */
    String message() default "must have 1 to 128 printable characters, with spaces only between others";

    /** Unused. */
    Class<?>[] groups() default {};

    /** Unused. */
    Class<? extends Payload>[] payload() default {};

    /** Checks it. */
    class Rule implements ConstraintValidator<Reference, String> {
        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            return text == null || PrintableText.isReference(text);
        }
    }
}
