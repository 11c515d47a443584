package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that are begun and not ended, over all connections. */
class IncompleteRequestsTest {

    private static final String BEGIN = "POST /session HTTP/1.1\r\nHost: x\r\n";
    private static final int BODY = 4_096;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ConnectionLimits limits = EdgeFixtures.limits(meters, "rampgate.edge.unread-budget", "64K");
    private final List<EmbeddedChannel> connections = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(held()).isZero();
    }

    @Test
    void a_head_counts_until_the_body_is_complete() {
        EmbeddedChannel connection = connect();
        send(connection, BEGIN + longHeader(4_000) + "Content-Length: 10\r\n\r\n");
        assertThat(held()).isGreaterThan(4_000);

        double before = held();
        send(connection, "12345");
        assertThat(held()).isEqualTo(before + 5);

        send(connection, "67890");
        assertThat(held()).isZero();
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void a_request_in_one_piece_counts_not_at_all() {
        EmbeddedChannel connection = connect();
        send(connection, BEGIN + "Content-Length: 5\r\n\r\n12345");

        assertThat(held()).isZero();
    }

    @Test
    void beyond_the_budget_the_oldest_are_closed_and_the_newest_are_served() {
        for (int i = 0; i < 100; i++) {
            EmbeddedChannel holder = connect();
            send(holder, BEGIN + longHeader(12_000) + "Content-Length: " + BODY + "\r\n\r\n");
            send(holder, "x".repeat(BODY - 6));
            assertThat(held()).isLessThanOrEqualTo(64 * 1024);
        }
        assertThat(connections.get(0).isOpen()).isFalse();
        assertThat(connections.get(99).isOpen()).isTrue();

        EmbeddedChannel other = connect();
        send(other, BEGIN);
        send(other, "Content-Length: 4\r\n\r\n12");
        send(other, "34");
        assertThat(other.isOpen()).isTrue();
        assertThat(closedForTheBudget())
                .isEqualTo(connections.stream()
                        .filter(connection -> !connection.isOpen())
                        .count());
    }

    @Test
    void half_sent_heads_are_closed_oldest_first() {
        for (int i = 0; i < 100; i++) {
            send(connect(), BEGIN + longHeader(1_900).stripTrailing());
            send(connections.get(i), "x");
        }
        assertThat(held()).isBetween(32.0 * 1024, 64.0 * 1024);
        assertThat(connections.get(0).isOpen()).isFalse();
        assertThat(connections.get(99).isOpen()).isTrue();
    }

    private EmbeddedChannel connect() {
        ConnectionGuard guard = new ConnectionGuard(limits, System::nanoTime);
        EmbeddedChannel connection = new EmbeddedChannel(guard);
        connection.pipeline().addLast("httpDecoder", new HttpRequestDecoder(4_096, 16_384, 8_192));
        connection.pipeline().addLast("httpEncoder", new HttpResponseEncoder());
        RequestGate.install(connection.pipeline(), guard, limits, System::nanoTime);
        connections.add(connection);
        return connection;
    }

    private static String longHeader(int length) {
        return "X-Long: " + "x".repeat(length) + "\r\n";
    }

    private static void send(EmbeddedChannel connection, String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private double held() {
        return meters.get("rampgate.edge.unread.bytes").gauge().value();
    }

    private double closedForTheBudget() {
        return meters.get("rampgate.edge.connections.closed")
                .tag("reason", "budget")
                .counter()
                .count();
    }
}
