package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    private Instant now = Instant.parse("2026-05-02T08:00:00Z");

    @Test
    void all_calls_of_a_rate_may_be_made_at_once_and_the_next_waits_one_interval() {
        RateLimit limit = limit(3, 60, 100);

        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).contains(Duration.ofSeconds(20));
        pass(19);
        assertThat(limit.take("a")).contains(Duration.ofSeconds(1));
        pass(1);
        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).contains(Duration.ofSeconds(20));
    }

    @Test
    void looking_at_a_wait_takes_no_call() {
        RateLimit limit = limit(1, 10, 100);

        assertThat(limit.waitOf("a")).isEmpty();
        assertThat(limit.waitOf("a")).isEmpty();
        limit.take("a");
        assertThat(limit.waitOf("a")).contains(Duration.ofSeconds(10));
        assertThat(limit.waitOf("b")).isEmpty();
        pass(10);
        assertThat(limit.waitOf("a")).isEmpty();
    }

    @Test
    void a_refused_call_does_not_extend_the_wait() {
        RateLimit limit = limit(1, 10, 100);
        limit.take("a");

        for (int i = 0; i < 1_000; i++) {
            assertThat(limit.take("a")).isPresent();
        }
        pass(10);
        assertThat(limit.take("a")).isEmpty();
    }

    @Test
    void a_long_pause_fills_the_bucket_only_once() {
        RateLimit limit = limit(2, 10, 100);
        limit.take("a");
        pass(3_600);

        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("a")).isPresent();
    }

    @Test
    void each_key_has_its_own_bucket() {
        RateLimit limit = limit(1, 10, 100);

        assertThat(limit.take("a")).isEmpty();
        assertThat(limit.take("b")).isEmpty();
        assertThat(limit.take("a")).isPresent();
    }

    @Test
    void a_clock_that_is_set_back_blocks_no_key_for_longer() {
        RateLimit limit = limit(1, 10, 100);
        limit.take("a");
        pass(-3_600);

        assertThat(limit.take("a")).contains(Duration.ofSeconds(10));
        pass(10);
        assertThat(limit.take("a")).isEmpty();
    }

    @Test
    void invented_keys_need_bounded_memory_and_do_not_evict_a_key_in_use() {
        RateLimit limit = limit(1, 3_600, 10);
        limit.take("busy");

        for (int i = 0; i < 10_000; i++) {
            limit.take("invented-" + i);
            assertThat(limit.take("busy")).isPresent();
        }
        assertThat(limit.size()).isEqualTo(10);
    }

    @Test
    void many_threads_together_get_no_more_calls_than_one_thread() throws InterruptedException {
        RateLimit limit = limit(100, 3_600, 10);
        AtomicInteger allowed = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 1_000; i++) {
            threads.execute(() -> limit.take("a").ifPresentOrElse(wait -> {}, allowed::incrementAndGet));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        assertThat(allowed).hasValue(100);
    }

    @Test
    void a_limit_refuses_with_a_problem_and_counts_the_refusal() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        RateLimits.Gate gate = new RateLimits(() -> now, meters).limit("test", "rampgate.test", "1/10s");
        gate.pass("a");

        assertThatThrownBy(() -> gate.pass("a")).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
            assertThat(refused.problem().retryAfterSeconds()).contains("10");
        });
        assertThat(meters.get("rampgate.edge.limited")
                        .tag("limit", "test")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void a_limit_that_is_off_refuses_no_call() {
        RateLimits.Gate gate =
                new RateLimits(() -> now, new SimpleMeterRegistry()).limit("test", "rampgate.test", "off");

        for (int i = 0; i < 1_000; i++) {
            gate.pass("a");
        }
    }

    @ParameterizedTest
    @CsvSource({"10/1m, 10, 60", "100/1s, 100, 1", "1/24h, 1, 86400"})
    void a_rate_is_a_number_of_calls_per_time(String text, int calls, long seconds) {
        assertThat(Rate.of("it", text)).contains(new Rate(calls, Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "0/1m", "-1/1m", "10/0s", "10/m", "10/1d", "10 / 1m", "OFF", "1e3/1s", "10/1m "})
    void any_other_rate_fails_startup_and_names_the_setting(String text) {
        assertThatThrownBy(() -> Rate.of("rampgate.session.limits.user", text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.session.limits.user")
                .hasMessageContaining("10/1m");
    }

    private RateLimit limit(int calls, long seconds, int capacity) {
        return new RateLimit(new Rate(calls, Duration.ofSeconds(seconds)), capacity, () -> now);
    }

    private void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }
}
