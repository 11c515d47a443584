package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One connection with a manual clock. */
class AnswerDeadlineTest {

    private long now;
    private final EmbeddedChannel connection =
            new EmbeddedChannel(new AnswerDeadline(TimeUnit.SECONDS.toNanos(30), () -> now));

    @Test
    void aConnectionWhoseBytesNeverBecomeARequestIsClosed() {
        for (int second = 0; second < 30; second++) {
            assertThat(connection.isOpen()).isTrue();
            comes("x");
            pass(1);
        }
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatIsAnsweredInTimeStaysOpen() {
        for (int request = 0; request < 100; request++) {
            comes("GET / HTTP/1.1\r\n\r\n");
            pass(20);
            connection.writeOutbound(
                    Unpooled.copiedBuffer("HTTP/1.1 204 No Content\r\n\r\n", StandardCharsets.US_ASCII));
        }
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void theDeadlineOfTheSecondRequestStartsWithItsFirstByte() {
        comes("GET / HTTP/1.1\r\n\r\n");
        connection.writeOutbound(Unpooled.EMPTY_BUFFER);
        pass(20);
        comes("G");

        pass(29);
        assertThat(connection.isOpen()).isTrue();

        pass(1);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatSendsNothingStaysOpen() {
        comes("GET /events HTTP/1.1\r\n\r\n");
        for (int beat = 0; beat < 100; beat++) {
            connection.writeOutbound(Unpooled.copiedBuffer(":\n\n", StandardCharsets.US_ASCII));
            pass(20);
        }
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void receivedBytesArePassedOnUnchanged() {
        comes("GET /");
        connection.writeOutbound("answer");

        assertThat(connection.<Object>readInbound())
                .isEqualTo(Unpooled.copiedBuffer("GET /", StandardCharsets.US_ASCII));
        assertThat(connection.<Object>readOutbound()).isEqualTo("answer");
    }

    private void comes(String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void pass(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
        connection.advanceTimeBy(seconds, TimeUnit.SECONDS);
        connection.runScheduledPendingTasks();
    }
}
