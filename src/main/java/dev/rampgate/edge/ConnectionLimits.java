package dev.rampgate.edge;

import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What one connection may make this process keep, and what all of them may together. {@link ConnectionGuard} and
 * {@link RequestGate} ask it for each connection of both ports; it counts what they close:
 * {@code rampgate.edge.connections.closed}, by reason.
 */
@Singleton
@Unremovable
class ConnectionLimits {

    /** Most bytes of heads and bodies of requests that wait behind another one of their connection. */
    static final int MAX_QUEUED_BYTES = 64 * 1024;

    /** Most WebSocket frames that a reader may send within {@link #FRAMES_WINDOW}: what it sends is ignored. */
    static final int MAX_FRAMES = 128;

    static final Duration FRAMES_WINDOW = Duration.ofSeconds(10);

    /** What the kernel keeps of a connection's unread answers; it would take megabytes otherwise. Linux doubles it. */
    static final int SEND_BUFFER_BYTES = 64 * 1024;

    /** Why a connection was closed. */
    enum Reason {
        /** More requests come at once, or more of them or of their bytes wait behind another one, than may. */
        PIPELINED,
        /** It asks for more while it leaves more bytes unread than one connection may. */
        UNREAD,
        /** It has read nothing of what waits for it for {@code rampgate.edge.answer-timeout}. */
        STALLED,
        /** It sends more WebSocket frames than a reader needs. */
        FRAMES,
        /** All connections together keep more bytes than they may, and this one asked for more. */
        BUDGET,
        /** The management port has as many connections as it takes. */
        MANAGEMENT_FULL,
        /** HTTP/2, which neither port speaks. */
        HTTP2
    }

    private final EdgeSettings settings;
    private final ProblemAnswers problems;
    private final int managementPort;
    private final AtomicLong held = new AtomicLong();
    private final AtomicInteger atPublicPort = new AtomicInteger();
    private final AtomicInteger atManagementPort = new AtomicInteger();
    private final Map<Reason, Counter> closed = new EnumMap<>(Reason.class);

    ConnectionLimits(
            EdgeSettings settings,
            ProblemAnswers problems,
            MeterRegistry meters,
            @ConfigProperty(name = "quarkus.management.port") int managementPort) {
        this.settings = settings;
        this.problems = problems;
        this.managementPort = managementPort;
        for (Reason reason : Reason.values()) {
            closed.put(
                    reason,
                    Counter.builder("rampgate.edge.connections.closed")
                            .description("Connections that were closed since they would have made us keep too much")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        connections("public", atPublicPort, meters);
        connections("management", atManagementPort, meters);
        Gauge.builder("rampgate.edge.unread.bytes", held, AtomicLong::doubleValue)
                .description("Bytes of unread answers and of requests that wait behind another one")
                .register(meters);
    }

    private static void connections(String port, AtomicInteger number, MeterRegistry meters) {
        Gauge.builder("rampgate.edge.connections", number, AtomicInteger::doubleValue)
                .description("Connections that are open")
                .tag("port", port)
                .register(meters);
    }

    /** Makes the metrics stand there before the first connection. */
    void onStart(@Observes StartupEvent start) {}

    /** Most requests of one connection that wait behind another one. */
    int maxPipelined() {
        return settings.maxPipelined();
    }

    /** Most bytes that one connection may leave unread and still ask for more. */
    long maxUnread() {
        return settings.maxUnread().asLongValue();
    }

    /** How long a connection may read nothing of what waits for it. */
    Duration stallLimit() {
        return settings.answerTimeout();
    }

    /** A connection keeps this many bytes more, or fewer if negative. */
    void hold(long bytes) {
        held.addAndGet(bytes);
    }

    /** Whether all connections together keep more than they may. */
    boolean isOverBudget() {
        return held.get() > settings.unreadBudget().asLongValue();
    }

    /** @return false if the port takes no more connections; true must be followed by {@link #leave} */
    boolean enter(int port) {
        AtomicInteger connections = connections(port);
        if (connections.incrementAndGet() <= settings.maxManagementConnections() || connections == atPublicPort) {
            return true;
        }
        connections.decrementAndGet();
        return false;
    }

    /** A connection that entered is gone. */
    void leave(int port) {
        connections(port).decrementAndGet();
    }

    private AtomicInteger connections(int port) {
        return port == managementPort ? atManagementPort : atPublicPort;
    }

    /** Counts a connection that is closed for this reason. */
    void countClosed(Reason reason) {
        closed.get(reason).increment();
    }

    /** Counts a request that was refused before any route saw it. */
    void countRefused(ProblemType type) {
        problems.count(type);
    }
}
