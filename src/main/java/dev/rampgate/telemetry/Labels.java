package dev.rampgate.telemetry;

import java.util.Locale;

/** Values of metric labels. */
public final class Labels {

    private Labels() {}

    /** As metrics spell a constant: {@code UNKNOWN_STATUS} is {@code unknown_status}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
