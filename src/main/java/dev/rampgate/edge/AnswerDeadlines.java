package dev.rampgate.edge;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.SmallRyeConfig;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Gives each connection that a server of this process accepts its {@link AnswerDeadline}. Quarkus offers no way to its
 * connections, so Netty finds this class as a service, if it is told to look ({@link #install()}).
 */
@RegisterForReflection(fields = false)
public final class AnswerDeadlines extends ChannelInitializerExtension {

    private long limitNanos;

    /** For Netty. */
    public AnswerDeadlines() {}

    /** Makes Netty look for services like this one. Before the first server listens. */
    public static void install() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel connection) {
        connection.pipeline().addFirst(new AnswerDeadline(limitNanos(), System::nanoTime));
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
