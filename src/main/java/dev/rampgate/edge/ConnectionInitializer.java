package dev.rampgate.edge;

import dev.rampgate.edge.ConnectionLimits.Reason;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.SmallRyeConfig;
import java.net.InetSocketAddress;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Adds an {@link AnswerDeadline}, a {@link ConnectionGuard} and a {@link RequestGate} to each connection that a server of this
 * process accepts. Quarkus has no hook for connections, so Netty loads this class as a service after {@link #install()}.
 */
@RegisterForReflection(fields = false)
public final class ConnectionInitializer extends ChannelInitializerExtension {

    private long limitNanos;
    private ConnectionLimits limits;

    /** Called by Netty. */
    public ConnectionInitializer() {}

    /** Makes Netty load this service. Must be called before the first server listens. */
    public static void install() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel connection) {
        ConnectionLimits limits = limits();
        int port = connection.localAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
        if (!limits.enter(port)) {
            limits.countClosed(Reason.MANAGEMENT_FULL);
            connection.close();
            return;
        }
        connection.closeFuture().addListener(closed -> limits.leave(port));
        connection.config().setOption(ChannelOption.SO_SNDBUF, ConnectionLimits.SEND_BUFFER_BYTES);
        ConnectionGuard guard = new ConnectionGuard(limits, System::nanoTime);
        connection.pipeline().addFirst(guard, new AnswerDeadline(limitNanos(), System::nanoTime));
        RequestGate.install(connection.pipeline(), guard, limits, System::nanoTime);
    }

    private ConnectionLimits limits() {
        if (limits == null) {
            limits = Arc.container().instance(ConnectionLimits.class).get();
        }
        return limits;
    }

    private long limitNanos() {
        if (limitNanos == 0) {
            limitNanos = ConfigProvider.getConfig()
                    .unwrap(SmallRyeConfig.class)
                    .getConfigMapping(EdgeSettings.class)
                    .answerTimeout()
                    .toNanos();
        }
        return limitNanos;
    }
}
