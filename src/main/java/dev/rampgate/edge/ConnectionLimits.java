package dev.rampgate.edge;

import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.LongPoll;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Limits of memory for one connection, and for all connections together. {@link ConnectionGuard} and {@link RequestGate} apply
 * them to each connection of both ports. Counts the connections that they close, by reason:
 * {@code rampgate.edge.connections.closed}.
 */
@Singleton
@Unremovable
class ConnectionLimits {

    /** Maximum bytes of heads and bodies of requests that are queued on one connection. */
    static final int MAX_QUEUED_BYTES = 64 * 1024;

    /** Estimated memory of an incomplete request beside its bytes. */
    static final int INCOMPLETE_REQUEST_BYTES = 1024;

    /** Maximum number of WebSocket frames that a reader may send within {@link #FRAMES_WINDOW}; their content is ignored. */
    static final int MAX_FRAMES = 128;

    static final Duration FRAMES_WINDOW = Duration.ofSeconds(10);

    /** How long a new connection may send nothing. */
    static final Duration SILENCE = Duration.ofSeconds(10);

    /** The kernel's buffer for a connection's unread answers, megabytes by default. Linux doubles this value. */
    static final int SEND_BUFFER_BYTES = 64 * 1024;

    /** Why a connection was closed. */
    enum Reason {
        /** Too many requests at once, or too many queued requests or bytes of them. */
        PIPELINED,
        /** The client sent another request while it left too many bytes of answers unread. */
        UNREAD,
        /** The client read none of the pending bytes for {@code rampgate.edge.answer-timeout}. */
        STALLED,
        /** The client sent too many WebSocket frames. */
        FRAMES,
        /** The budget of all connections together is used up: this connection needed more, or its request is the oldest. */
        BUDGET,
        /** The management port had its maximum number of connections. */
        MANAGEMENT_FULL,
        /** The public port had its maximum number of connections. */
        PUBLIC_FULL,
        /** The address had its maximum number of connections to the public port. */
        ADDRESS_FULL,
        /** The client sent no byte within {@link #SILENCE}. */
        SILENT,
        /** The client spoke HTTP/2, which neither port supports. */
        HTTP2
    }

    private final EdgeSettings settings;
    private final ProblemAnswers problems;
    private final int managementPort;
    private final int maxPublicConnections;
    private final ConnectionsByAddress byAddress;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong incompleteBytes = new AtomicLong();
    private final AtomicLong positions = new AtomicLong();

    /** Incomplete requests by position. */
    private final ConcurrentSkipListMap<Long, IncompleteRequest> incomplete = new ConcurrentSkipListMap<>();

    private final AtomicInteger atPublicPort = new AtomicInteger();
    private final AtomicInteger atManagementPort = new AtomicInteger();
    private final Map<Reason, Counter> closed = new EnumMap<>(Reason.class);

    ConnectionLimits(
            EdgeSettings settings,
            ProblemAnswers problems,
            MeterRegistry meters,
            ConnectionsByAddress byAddress,
            @ConfigProperty(name = "quarkus.http.limits.max-connections") int maxPublicConnections,
            @ConfigProperty(name = "quarkus.management.port") int managementPort) {
        this.settings = settings;
        this.problems = problems;
        this.managementPort = managementPort;
        this.maxPublicConnections = maxPublicConnections;
        this.byAddress = byAddress;
        for (Reason reason : Reason.values()) {
            closed.put(
                    reason,
                    Counter.builder("rampgate.edge.connections.closed")
                            .description("Connections closed because they exceeded a limit")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        connections("public", atPublicPort, meters);
        connections("management", atManagementPort, meters);
        Gauge.builder("rampgate.edge.unread.bytes", this, limits -> limits.held.get() + limits.incompleteBytes.get())
                .description("Bytes of unread answers, and of incomplete and queued requests")
                .register(meters);
    }

    private static void connections(String port, AtomicInteger number, MeterRegistry meters) {
        Gauge.builder("rampgate.edge.connections", number, AtomicInteger::doubleValue)
                .description("Open connections")
                .tag("port", port)
                .register(meters);
    }

    /** Creates this bean, and so its metrics, before the first connection. */
    void onStart(@Observes StartupEvent start) {}

    /** Maximum number of queued requests of one connection. */
    int maxPipelined() {
        return settings.maxPipelined();
    }

    /** Maximum bytes that a client may leave unread when it sends another request. */
    long maxUnread() {
        return settings.maxUnread().asLongValue();
    }

    /** How long a client may read none of the bytes that are pending for it. */
    Duration stallLimit() {
        return settings.answerTimeout();
    }

    /** How much longer than others a request to this port may be left unanswered, since it asked Rampgate to wait. */
    Duration longestWait(int port) {
        return port == managementPort ? LongPoll.LONGEST_WAIT : Duration.ZERO;
    }

    /** Adds bytes that a connection holds in memory; a negative number releases them. */
    void hold(long bytes) {
        held.addAndGet(bytes);
    }

    /**
     * Counts an incomplete request: bytes without a complete head, or a head and the first bytes of an incomplete body. When
     * all of them together exceed {@code rampgate.edge.unread-budget}, closes the connections of the oldest.
     *
     * @param bytes its bytes at present; 0 if it is complete
     */
    void incomplete(IncompleteRequest request, long bytes) {
        synchronized (request) {
            if (request.dropped) {
                return;
            }
            long counted = bytes == 0 ? 0 : bytes + INCOMPLETE_REQUEST_BYTES;
            incompleteBytes.addAndGet(counted - request.bytes);
            request.bytes = counted;
            if (counted == 0 && request.position != 0) {
                incomplete.remove(request.position);
                request.position = 0;
            } else if (counted > 0 && request.position == 0) {
                request.position = positions.incrementAndGet();
                incomplete.put(request.position, request);
            }
        }
        if (bytes > 0) {
            closeOldest();
        }
    }

    private void closeOldest() {
        while (incompleteBytes.get() > settings.unreadBudget().asLongValue()) {
            Map.Entry<Long, IncompleteRequest> oldest = incomplete.pollFirstEntry();
            if (oldest == null) {
                return;
            }
            IncompleteRequest request = oldest.getValue();
            synchronized (request) {
                if (request.position != oldest.getKey()) {
                    continue;
                }
                request.dropped = true;
                incompleteBytes.addAndGet(-request.bytes);
                request.bytes = 0;
            }
            countClosed(Reason.BUDGET);
            request.connection.close();
        }
    }

    /** Whether all connections together hold more bytes than {@code rampgate.edge.unread-budget}. */
    boolean isOverBudget() {
        return held.get() > settings.unreadBudget().asLongValue();
    }

    /**
     * Counts a new connection.
     *
     * @return why it must be closed; if empty, the caller must call {@link #leave} at its end
     */
    Optional<Reason> enter(int port, InetAddress peer) {
        AtomicInteger connections = connections(port);
        boolean isPublic = connections == atPublicPort;
        if (connections.incrementAndGet() > (isPublic ? maxPublicConnections : settings.maxManagementConnections())) {
            connections.decrementAndGet();
            return Optional.of(isPublic ? Reason.PUBLIC_FULL : Reason.MANAGEMENT_FULL);
        }
        if (isPublic && !byAddress.enter(peer)) {
            connections.decrementAndGet();
            return Optional.of(Reason.ADDRESS_FULL);
        }
        return Optional.empty();
    }

    /** Counts the end of a connection that {@link #enter} let in. */
    void leave(int port, InetAddress peer) {
        AtomicInteger connections = connections(port);
        connections.decrementAndGet();
        if (connections == atPublicPort) {
            byAddress.leave(peer);
        }
    }

    private AtomicInteger connections(int port) {
        return port == managementPort ? atManagementPort : atPublicPort;
    }

    /** Counts a connection that was closed for this reason. */
    void countClosed(Reason reason) {
        closed.get(reason).increment();
    }

    /** Counts a request that was refused before any route saw it. */
    void countRefused(ProblemType type) {
        problems.count(type);
    }
}
