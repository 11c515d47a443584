package dev.rampgate.sandbox.transaction;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.rampgate.sandbox.fault.Words;
import java.util.Locale;

/** Who changes a transaction's status. */
public enum LifeMode {
    /** The simulator plays the user and the payment: a session completes by itself. */
    AUTOMATIC,
    /** A person pays, deposits, cancels or retries; the simulator does what follows a payment, and ends the deposit window. */
    ATTENDED,
    /** Nothing happens by itself. */
    MANUAL;

    /** The name in JSON. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * In any case of letters.
     *
     * @throws IllegalArgumentException naming the modes that there are
     */
    @JsonCreator
    public static LifeMode of(String wireName) {
        return Words.find(LifeMode.class, wireName);
    }
}
