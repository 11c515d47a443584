package dev.rampgate.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Between what a number among the settings must lie; the application does not start otherwise. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Bounds {

    /** The smallest that is allowed. */
    double least();

    /** The largest that is allowed. */
    double most() default Double.MAX_VALUE;
}
