package dev.rampgate.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class RedactedStackTraceTest {

    @Test
    void it_prints_classes_and_frames_of_all_causes_but_no_message() {
        Throwable fault = new IllegalStateException(
                "canary-one", new IllegalArgumentException("canary-two", new Error("canary")));
        fault.addSuppressed(new RuntimeException("canary-three"));

        assertThat(printed(RedactedStackTrace.of(fault)))
                .contains("java.lang.IllegalStateException")
                .contains("Caused by: java.lang.IllegalArgumentException")
                .contains("Caused by: java.lang.Error")
                .contains("RedactedStackTraceTest.it_prints_classes_and_frames")
                .doesNotContain("canary")
                .doesNotContain("RedactedStackTrace:");
    }

    @Test
    void a_cyclic_chain_of_causes_is_cut() {
        Exception one = new Exception("one");
        Exception other = new Exception("other", one);
        one.initCause(other);

        assertThat(printed(RedactedStackTrace.of(one))).contains("Caused by: java.lang.Exception");
    }

    private static String printed(Throwable thrown) {
        StringWriter printed = new StringWriter();
        thrown.printStackTrace(new PrintWriter(printed));
        return printed.toString();
    }
}
