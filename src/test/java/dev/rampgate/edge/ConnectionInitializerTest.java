package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections as Netty passes them on: accepted, and not yet registered with an event loop. */
class ConnectionInitializerTest {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final MeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void the_management_port_closes_connections_beyond_its_limit() throws Exception {
        ConnectionLimits limits = EdgeFixtures.limits(meters, "rampgate.edge.max-management-connections", "1");
        ConnectionInitializer initializer = new ConnectionInitializer(limits, ANSWER_TIMEOUT);

        Channel first = accepted(initializer, EdgeFixtures.MANAGEMENT_PORT);
        Channel second = accepted(initializer, EdgeFixtures.MANAGEMENT_PORT);
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(closed("management_full")).isEqualTo(1);

        first.close().sync();
        assertThat(accepted(initializer, EdgeFixtures.MANAGEMENT_PORT).isOpen()).isTrue();
    }

    @Test
    void an_address_has_a_limited_number_of_connections_to_the_public_port() throws Exception {
        ConnectionLimits limits = EdgeFixtures.limits(meters, "rampgate.edge.max-connections-per-address", "2");
        ConnectionInitializer initializer = new ConnectionInitializer(limits, ANSWER_TIMEOUT);

        for (String address : List.of("192.0.2.1", "2001:db8::1")) {
            accepted(initializer, EdgeFixtures.PUBLIC_PORT, address);
            Channel second = accepted(initializer, EdgeFixtures.PUBLIC_PORT, address);
            assertThat(second.isOpen()).isTrue();
            assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, address).isOpen())
                    .isFalse();
            second.close().sync();
            assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, address).isOpen())
                    .isTrue();
        }
        assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, "2001:db8::2")
                        .isOpen())
                .isFalse();
        assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, "192.0.2.2").isOpen())
                .isTrue();
        assertThat(closed("address_full")).isEqualTo(3);
    }

    @Test
    void a_trusted_proxy_may_fill_the_public_port() throws Exception {
        ConnectionLimits limits = EdgeFixtures.limits(meters, "rampgate.edge.max-connections-per-address", "2");
        ConnectionInitializer initializer = new ConnectionInitializer(limits, ANSWER_TIMEOUT);

        for (int i = 0; i < EdgeFixtures.MAX_CONNECTIONS; i++) {
            assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, EdgeFixtures.PROXY)
                            .isOpen())
                    .isTrue();
        }
        assertThat(accepted(initializer, EdgeFixtures.PUBLIC_PORT, "192.0.2.1").isOpen())
                .isFalse();
        assertThat(closed("public_full")).isEqualTo(1);
    }

    @Test
    void a_connection_that_sends_nothing_is_closed() throws Exception {
        ConnectionInitializer initializer = new ConnectionInitializer(EdgeFixtures.limits(meters), ANSWER_TIMEOUT);
        Accepted silent = accepted(initializer, EdgeFixtures.PUBLIC_PORT, "192.0.2.1");
        Accepted other = accepted(initializer, EdgeFixtures.PUBLIC_PORT, "192.0.2.1");
        other.pipeline().addLast("httpDecoder", new HttpRequestDecoder());
        other.pipeline().addLast("httpEncoder", new HttpResponseEncoder());
        other.writeInbound(Unpooled.copiedBuffer("G", StandardCharsets.US_ASCII));

        for (Accepted connection : List.of(silent, other)) {
            connection.advanceTimeBy(ConnectionLimits.SILENCE.toMillis() + 1, TimeUnit.MILLISECONDS);
            connection.runScheduledPendingTasks();
        }
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isTrue();
        assertThat(closed("silent")).isEqualTo(1);
    }

    @Test
    void a_connection_whose_guards_cannot_be_installed_is_closed() throws Exception {
        ConnectionInitializer withoutContainer = new ConnectionInitializer();

        assertThat(accepted(withoutContainer, EdgeFixtures.PUBLIC_PORT).isOpen())
                .isFalse();
    }

    @Test
    void a_server_that_is_exempt_gets_no_guards() throws Exception {
        ConnectionInitializer.exempt(EdgeFixtures.PUBLIC_PORT + 1);

        Channel connection = accepted(new ConnectionInitializer(), EdgeFixtures.PUBLIC_PORT + 1);
        assertThat(connection.isOpen()).isTrue();
        assertThat(connection.pipeline().get(ConnectionGuard.class)).isNull();
    }

    private static Channel accepted(ConnectionInitializer initializer, int port) throws Exception {
        return accepted(initializer, port, "192.0.2.1");
    }

    private static Accepted accepted(ConnectionInitializer initializer, int port, String peer) throws Exception {
        Accepted connection = new Accepted(port, peer);
        initializer.postInitializeServerChildChannel(connection);
        connection.register();
        connection.runPendingTasks();
        return connection;
    }

    private double closed(String reason) {
        return meters.counter("rampgate.edge.connections.closed", "reason", reason)
                .count();
    }

    private static final class Accepted extends EmbeddedChannel {
        private final int port;
        private final String peer;

        Accepted(int port, String peer) {
            super(DefaultChannelId.newInstance(), false, false);
            this.port = port;
            this.peer = peer;
        }

        @Override
        public SocketAddress remoteAddress() {
            return new InetSocketAddress(peer, 40_000);
        }

        @Override
        public SocketAddress localAddress() {
            return new InetSocketAddress("127.0.0.1", port);
        }
    }
}
