package dev.rampgate.edge;

import dev.rampgate.wire.AsciiNumber;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of calls per time. All of them may be made at once; one call becomes available again every {@code per / calls}.
 *
 * @param calls 1 or more
 * @param per longer than zero
 */
public record Rate(int calls, Duration per) {

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,6})/([1-9][0-9]{0,4})(s|m|h)");
    private static final String NONE = "off";

    /**
     * Reads a setting such as {@code 10/1m}; empty for {@code off}.
     *
     * @throws ConfigurationException naming the setting and the accepted form
     */
    public static Optional<Rate> of(String setting, String text) {
        if (text.equals(NONE)) {
            return Optional.empty();
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new ConfigurationException(
                    setting + ": '" + text + "' is not a rate; write calls/time, for example 10/1m or 100/1s, or off",
                    Set.of(setting));
        }
        long time = AsciiNumber.toLong(parts.group(2));
        Duration per =
                switch (parts.group(3)) {
                    case "s" -> Duration.ofSeconds(time);
                    case "m" -> Duration.ofMinutes(time);
                    default -> Duration.ofHours(time);
                };
        return Optional.of(new Rate(AsciiNumber.toInt(parts.group(1)), per));
    }

    /** The time until one call becomes available again, in microseconds. */
    long intervalMicros() {
        return Math.max(1, per.toNanos() / 1_000 / calls);
    }
}
