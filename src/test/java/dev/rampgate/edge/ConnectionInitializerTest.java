package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
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
        Accepted connection = new Accepted(port);
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

        Accepted(int port) {
            super(DefaultChannelId.newInstance(), false, false);
            this.port = port;
        }

        @Override
        public SocketAddress localAddress() {
            return new InetSocketAddress("127.0.0.1", port);
        }
    }
}
