package dev.rampgate.channel.socket;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the sockets to Proof, one for each transaction that changed lately. */
@ConfigMapping(prefix = "rampgate.socket")
public interface SocketSettings {

    /** Maximum number of sockets to Proof that one replica holds; 0 turns the channel off. Unit: sockets. Default: {@code 500}. */
    @WithDefault("500")
    @Bounds(least = 0)
    int maxConnections();

    /**
     * How often a replica renews what it holds and looks for more; it also looks when it knows of some, and when
     * another one's lease ends. Default: {@code 5s}.
     */
    @WithDefault("5s")
    Duration interval();

    /**
     * How long a transaction's socket stays a replica's own after its last renewal. Must be longer than
     * {@link #interval()}. Default: {@code 15s}.
     */
    @WithDefault("15s")
    Duration lease();

    /**
     * After Proof refused our token or address at a socket, all replicas together open one in this time until one is
     * taken. Default: {@code 1m}.
     */
    @WithDefault("1m")
    Duration refusedPause();

    /** A connection that lasted this long makes the next reconnect quick again. Default: {@code 1m}. */
    @WithDefault("1m")
    Duration healthyAfter();
}
