package dev.rampgate.settings;

import jakarta.annotation.Priority;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Reads a setting that is on or off, and refuses every other word. SmallRye's own converter takes whatever it does not know for
 * {@code false}, so that {@code ture} would turn a setting off silently. The configuration loads this class as a service.
 */
@Priority(StrictBoolean.PRIORITY)
public final class StrictBoolean implements Converter<Boolean> {

    private static final long serialVersionUID = 1L;

    /** Quarkus' own converters have 200. */
    static final int PRIORITY = 300;

    /** @throws IllegalArgumentException if the text means neither */
    @Override
    public Boolean convert(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "" -> null;
            case "true", "1", "yes", "y", "on" -> true;
            case "false", "0", "no", "n", "off" -> false;
            default -> throw new IllegalArgumentException(text + " is neither true nor false");
        };
    }
}
