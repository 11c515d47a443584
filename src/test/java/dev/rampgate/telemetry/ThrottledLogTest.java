package dev.rampgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.LogListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThrottledLogTest {

    private Instant now = Instant.parse("2026-05-02T08:00:00Z");
    private final LogListener listener = LogListener.on(ThrottledLogTest.class.getName());
    private final ThrottledLog log = new ThrottledLog(Logger.getLogger(ThrottledLogTest.class), () -> now);

    @AfterEach
    void close() {
        listener.close();
    }

    @Test
    void aFloodOfLinesIsCutAndTheNextLineSaysHowManyWereLeftOut() {
        for (int i = 1; i <= 10_000; i++) {
            log.warn("%d%% of %s", i, "flood");
        }
        assertThat(lines()).hasSize(ThrottledLog.LINES).startsWith("1% of flood", "2% of flood");

        pass(ThrottledLog.WINDOW);
        log.warn("later");
        log.warn("later still");
        assertThat(lines().subList(ThrottledLog.LINES, lines().size()))
                .containsExactly(
                        "later (" + (10_000 - ThrottledLog.LINES) + " more like it were not logged)", "later still");
    }

    @Test
    void linesThatComeSeldomAreAllWritten() {
        for (int i = 0; i < 50; i++) {
            log.error("line %d", i);
            pass(ThrottledLog.WINDOW.dividedBy(ThrottledLog.LINES).plusMillis(1));
        }
        assertThat(lines()).hasSize(50).allMatch(line -> !line.contains("not logged"));
    }

    @Test
    void aClockThatIsSetBackKeepsNoLinesOutForLonger() {
        for (int i = 0; i < 100; i++) {
            log.warn("line %d", i);
        }
        pass(Duration.ofHours(-1));
        log.warn("an hour earlier");

        assertThat(lines()).hasSize(ThrottledLog.LINES + 1);
    }

    @Test
    void whatALineSaysIsNoFormatOfItsOwn() {
        log.warn("%s", "100 %s and {0}");
        assertThat(lines()).containsExactly("100 %s and {0}");
    }

    private List<String> lines() {
        return listener.logged().stream().map(LogRecord::getMessage).toList();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }
}
