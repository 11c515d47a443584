package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.TransactionBook;
import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The sockets of {@code /ws?tx_id=}: one connection receives the changes of one transaction (Proof contract, section 4). The
 * simulator leaves a connection open after a terminal status: the client closes it.
 */
public final class TransactionSockets implements TransactionBook.Listener {

    static final int CONNECTION_LIMIT = 10_000;
    private static final long PING_EVERY_MILLIS = 15_000;

    /** One connection with its channel, which can be cut or silenced without a closing handshake. */
    private record Line(ServerWebSocket socket, Channel channel, AtomicBoolean silent) {

        void cut() {
            channel.close();
        }

        /** Stops reading, so that the peer's pings stay unanswered too. */
        void silence() {
            silent.set(true);
            channel.config().setAutoRead(false);
        }
    }

    private final Context context;
    private final Faults faults;
    private final Answers answers;
    private final Map<String, Set<Line>> byTransaction = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();

    TransactionSockets(Vertx vertx, Context context, Faults faults, Answers answers) {
        this.context = context;
        this.faults = faults;
        this.answers = answers;
        vertx.setPeriodic(PING_EVERY_MILLIS, tick -> all().forEach(line -> {
            if (!line.silent().get()) {
                line.socket().writePing(Buffer.buffer("proof"));
            }
        }));
    }

    /** The number of connections for a transaction. */
    public int count(String transactionId) {
        return byTransaction.getOrDefault(transactionId, Set.of()).size();
    }

    /** The number of open connections. */
    public int count() {
        return open.get();
    }

    /** Sends a text of any content to all connections of a transaction. */
    public void send(String transactionId, String text) {
        context.runOnContext(
                go -> byTransaction.getOrDefault(transactionId, Set.of()).forEach(line -> line.socket()
                        .writeTextMessage(text)));
    }

    /** Ends all connections without a closing handshake. */
    public void cutAll() {
        context.runOnContext(go -> all().forEach(Line::cut));
    }

    /** Makes the present connections half open: they send nothing any more. */
    public void silenceAll() {
        context.runOnContext(go -> all().forEach(Line::silence));
    }

    @Override
    public void changed(ProofTransaction transaction, boolean opened) {
        if (!opened) {
            // Decided now, so that a later change of the fault rules does not affect this frame.
            Fault fault = faults.strike(Place.SOCKET_FRAME, transaction.id(), transaction.status())
                    .orElse(null);
            context.runOnContext(go -> byTransaction
                    .getOrDefault(transaction.id(), Set.of())
                    .forEach(line -> tell(line, transaction, fault)));
        }
    }

    /** An upgrade request of a partner who may call. @param visible the transactions that this partner may see */
    void upgrade(RoutingContext call, Function<String, Optional<ProofTransaction>> visible) {
        String id = call.request().getParam("tx_id");
        if (id == null || id.isEmpty()) {
            answers.error(call, ProofError.invalidRequest("missing_param", "tx_id is required"));
            return;
        }
        ProofTransaction transaction = visible.apply(id).orElse(null);
        if (transaction == null) {
            answers.error(call, ProofError.notFound("transaction"));
            return;
        }
        if (!call.request().headers().contains(HttpHeaders.UPGRADE, "websocket", true)) {
            answers.error(call, ProofError.invalidRequest("validation_error", "a WebSocket upgrade is expected"));
            return;
        }
        Fault fault =
                faults.strike(Place.SOCKET_UPGRADE, id, transaction.status()).orElse(null);
        if (fault instanceof Fault.Hang) {
            return;
        }
        if (fault instanceof Fault.Status status) {
            answers.fault(call, status);
        } else if (open.get() >= CONNECTION_LIMIT) {
            answers.fault(call, Fault.Status.of(503));
        } else {
            Channel channel = ((ConnectionBase) call.request().connection()).channel();
            call.request()
                    .toWebSocket()
                    .onSuccess(socket -> register(id, new Line(socket, channel, new AtomicBoolean())));
        }
    }

    private void register(String id, Line line) {
        open.incrementAndGet();
        byTransaction
                .computeIfAbsent(id, first -> ConcurrentHashMap.newKeySet())
                .add(line);
        line.socket().exceptionHandler(broken -> {});
        line.socket().closeHandler(closed -> {
            open.decrementAndGet();
            byTransaction.computeIfPresent(id, (same, lines) -> {
                lines.remove(line);
                return lines.isEmpty() ? null : lines;
            });
        });
    }

    private void tell(Line line, ProofTransaction transaction, Fault fault) {
        if (line.silent().get()) {
            return;
        }
        ObjectNode observation = StatusMessages.socket(transaction);
        if (fault instanceof Fault.ShiftTime shift) {
            observation.put(
                    "occurred_at",
                    transaction.updatedAt().plusMillis(shift.millis()).toString());
        } else if (fault instanceof Fault.UnknownStatus unknown) {
            observation.put("status", unknown.status());
        }
        String text = Json.text(observation);
        ServerWebSocket socket = line.socket();
        if (fault instanceof Fault.Lose) {
            return;
        }
        if (fault instanceof Fault.Cut) {
            line.cut();
        } else if (fault instanceof Fault.Silence) {
            line.silence();
        } else if (fault instanceof Fault.Fragment) {
            int third = text.length() / 3;
            socket.writeFrame(WebSocketFrame.textFrame(text.substring(0, third), false));
            socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(text.substring(third, 2 * third)), false));
            socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(text.substring(2 * third)), true));
        } else {
            if (fault instanceof Fault.Garbage) {
                socket.writeTextMessage("<<<not JSON");
            }
            socket.writeTextMessage(text);
            if (fault instanceof Fault.Twice) {
                socket.writeTextMessage(text);
            }
        }
    }

    private List<Line> all() {
        return byTransaction.values().stream().flatMap(Set::stream).toList();
    }
}
