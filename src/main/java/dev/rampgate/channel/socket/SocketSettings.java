package dev.rampgate.channel.socket;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Settings of the sockets to Proof, one for each transaction that changed lately. */
@ConfigMapping(prefix = "rampgate.socket")
public interface SocketSettings {

    /** Most sockets that one replica holds; 0 turns the channel off. */
    @WithDefault("500")
    @Min(0) int maxConnections();

    /** How often a replica renews what it holds and looks for more; it also looks when it knows of some. */
    @WithDefault("5s")
    Duration interval();

    /** How long a replica keeps a transaction's socket to itself after its last renewal. */
    @WithDefault("15s")
    Duration lease();

    /** After Proof refused our token or address, all replicas together open one socket in this time until one is taken. */
    @WithDefault("1m")
    Duration refusedPause();

    /** A connection that lasted this long makes the next reconnect quick again. */
    @WithDefault("1m")
    Duration healthyAfter();
}
