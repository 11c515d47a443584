package dev.rampgate.edge;

import dev.rampgate.edge.ConnectionLimits.Reason;
import dev.rampgate.telemetry.ThrottledLog;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.SmallRyeConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/**
 * Adds an {@link AnswerDeadline}, a {@link ConnectionGuard} and a {@link RequestGate} to each connection that a server of this
 * process accepts. Quarkus has no hook for connections, so Netty loads this class as a service after {@link #install()}.
 */
@RegisterForReflection(fields = false)
public final class ConnectionInitializer extends ChannelInitializerExtension {

    /** Ports of servers that are not Rampgate's. */
    private static final Set<Integer> EXEMPT = ConcurrentHashMap.newKeySet();

    private static final ThrottledLog FAULTS =
            new ThrottledLog(Logger.getLogger(ConnectionInitializer.class), Clock.systemUTC());

    private long limitNanos;
    private ConnectionLimits limits;

    /** Called by Netty. */
    public ConnectionInitializer() {}

    /** For tests, which have no container. */
    ConnectionInitializer(ConnectionLimits limits, Duration answerTimeout) {
        this.limits = limits;
        this.limitNanos = answerTimeout.toNanos();
    }

    /** Makes Netty load this service. Must be called before the first server listens. */
    public static void install() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    /**
     * Exempts a server of this process that is not Rampgate's own, such as the sandbox's simulator. Must be called before
     * Rampgate starts; until then, connections of every server are closed.
     */
    public static void exempt(int port) {
        EXEMPT.add(port);
    }

    /**
     * Called before the connection is registered with an event loop. Netty would swallow an exception of this method and go on
     * without guards, and an unregistered channel cannot be closed, so that a refused connection is closed as soon as it is
     * active.
     */
    @Override
    public void postInitializeServerChildChannel(Channel connection) {
        int port = connection.localAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
        if (EXEMPT.contains(port)) {
            return;
        }
        try {
            guard(connection, port);
        } catch (RuntimeException fault) {
            connection.pipeline().addFirst(new CloseWhenActive());
            FAULTS.log(Level.WARN, fault, "A connection was closed, since its guards could not be installed");
        }
    }

    private void guard(Channel connection, int port) {
        ConnectionLimits limits = limits();
        InetAddress peer = connection.remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress()
                : InetAddress.getLoopbackAddress();
        Optional<Reason> refused = limits.enter(port, peer);
        if (refused.isEmpty()) {
            connection.closeFuture().addListener(closed -> limits.leave(port, peer));
        }
        connection.config().setOption(ChannelOption.SO_SNDBUF, ConnectionLimits.SEND_BUFFER_BYTES);
        ConnectionGuard guard = new ConnectionGuard(limits, System::nanoTime);
        connection
                .pipeline()
                .addFirst(
                        guard,
                        new AnswerDeadline(
                                limitNanos() + limits.longestWait(port).toNanos(), System::nanoTime));
        RequestGate.install(connection.pipeline(), guard, limits, System::nanoTime);
        if (refused.isPresent()) {
            limits.countClosed(refused.get());
            connection.pipeline().addFirst(new CloseWhenActive());
        }
    }

    /** Closes its connection before any other handler learns of it. */
    static final class CloseWhenActive extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
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
