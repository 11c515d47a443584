package dev.rampgate.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/**
 * Lines of one kind that a stranger or an outage can cause as often as they like: {@value #LINES} of them are written within
 * {@link #WINDOW}, the rest is counted, and the next line that is written says how many were left out. Each kind of line has
 * one of its own, so that one kind does not silence another. Safe from any thread.
 */
public final class ThrottledLog {

    /** Most lines of one kind within a window. */
    public static final int LINES = 5;

    /** A window begins with the first line after the last window has ended. */
    public static final Duration WINDOW = Duration.ofSeconds(10);

    private final Logger log;
    private final InstantSource clock;
    private Instant windowEnds = Instant.EPOCH;
    private int written;
    private long leftOut;

    public ThrottledLog(Logger log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /** Logs at WARN, or counts. */
    public void warn(String format, Object... arguments) {
        log(Level.WARN, format, arguments);
    }

    /** Logs at ERROR, or counts. */
    public void error(String format, Object... arguments) {
        log(Level.ERROR, format, arguments);
    }

    /** Logs at INFO, or counts. */
    public void info(String format, Object... arguments) {
        log(Level.INFO, format, arguments);
    }

    /**
     * Logs, or counts.
     *
     * @param format as {@link String#format} takes it; nothing is formatted for a line that is left out
     */
    public void log(Level level, String format, Object... arguments) {
        log(level, null, format, arguments);
    }

    /**
     * Logs with a cause, or counts.
     *
     * @param cause may be null
     */
    public void log(Level level, Throwable cause, String format, Object... arguments) {
        long before = admit();
        if (before < 0) {
            return;
        }
        String line = String.format(format, arguments);
        log.log(level, before == 0 ? line : line + " (" + before + " more like it were not logged)", cause);
    }

    /** How many lines were left out since the last one that was written; negative if this one is left out, too. */
    private synchronized long admit() {
        Instant now = clock.instant();
        // Also when the clock was set back.
        if (!now.isBefore(windowEnds) || now.isBefore(windowEnds.minus(WINDOW))) {
            windowEnds = now.plus(WINDOW);
            written = 0;
        }
        if (written == LINES) {
            leftOut++;
            return -1;
        }
        written++;
        long before = leftOut;
        leftOut = 0;
        return before;
    }
}
