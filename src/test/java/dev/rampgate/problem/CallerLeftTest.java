package dev.rampgate.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerLeftTest {

    private static final List<Throwable> OF_A_CONNECTION = List.of(
            new IOException("Broken pipe"),
            new IOException("Connection reset by peer"),
            new IOException("sendfile(..) failed: Connection reset by peer"),
            new SocketException("Connection reset"),
            new ClosedChannelException(),
            new VertxException("Connection was closed"));

    private static final List<Throwable> FAULTS = List.of(
            new IOException("Input/output error"),
            new IOException(),
            new NoSuchFileException("rampgate.js"),
            new VertxException("Pool is closed"),
            new IllegalStateException("No transaction"),
            new NullPointerException());

    @Test
    void a_connection_that_ends_within_an_answer_shows_that_the_caller_left() {
        assertThat(OF_A_CONNECTION).allMatch(failure -> CallerLeft.shows(failure, true, false));
        assertThat(OF_A_CONNECTION).allMatch(failure -> CallerLeft.shows(failure, false, true));
        assertThat(CallerLeft.shows(new HttpClosedException("Connection was closed"), false, false))
                .isTrue();
    }

    @Test
    void before_an_answer_it_may_be_another_connection() {
        assertThat(OF_A_CONNECTION).noneMatch(failure -> CallerLeft.shows(failure, false, false));
    }

    @Test
    void an_answer_after_the_caller_left_is_no_fault_but_a_second_answer_is() {
        for (String message :
                List.of("Response has already been written", "Response head already sent", "Response is closed")) {
            assertThat(CallerLeft.shows(new IllegalStateException(message), true, true))
                    .isTrue();
            assertThat(CallerLeft.shows(new IllegalStateException(message), true, false))
                    .isFalse();
        }
    }

    @Test
    void other_faults_stay_faults() {
        assertThat(FAULTS).noneMatch(failure -> CallerLeft.shows(failure, true, true));
        assertThat(CallerLeft.shows(null, true, true)).isFalse();
    }
}
