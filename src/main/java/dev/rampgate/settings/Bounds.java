package dev.rampgate.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The allowed range of a numeric setting. The application does not start with a value outside of it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Bounds {

    /** The smallest allowed value. */
    double least();

    /** The largest allowed value. */
    double most() default Double.MAX_VALUE;
}
