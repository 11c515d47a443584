package dev.rampgate.proof;

import dev.rampgate.wire.TransactionIds;
import io.netty.handler.codec.DecoderException;
import io.quarkus.websockets.next.BasicWebSocketConnector;
import io.quarkus.websockets.next.BasicWebSocketConnector.ExecutionModel;
import io.quarkus.websockets.next.Closed;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketClientConnection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Opens Proof's sockets, one for each transaction (Proof contract, section 4). It keeps an open one alive by pings and
 * finds a dead one by silence; it never reconnects: its caller does.
 */
@Singleton
public class ProofSocket implements ProofSockets {

    private static final Logger LOG = Logger.getLogger(ProofSocket.class);
    private static final int MAX_MESSAGE_BYTES = 64 * 1024;
    private static final TypedKey<OpenSocket> OPEN_SOCKET = new TypedKey<>("rampgate.socket");

    private final Instance<BasicWebSocketConnector> connectors;
    private final ProofAccess access;
    private final FailureNotices notices;
    private final InstantSource clock;
    private final Vertx vertx;
    private final URI baseUrl;

    ProofSocket(
            Instance<BasicWebSocketConnector> connectors,
            ProofAccess access,
            FailureNotices notices,
            InstantSource clock,
            Vertx vertx) {
        this.connectors = connectors;
        this.access = access;
        this.notices = notices;
        this.clock = clock;
        this.vertx = vertx;
        // http becomes ws, https becomes wss.
        this.baseUrl = URI.create("ws" + access.baseUrl().toString().substring("http".length()));
    }

    /** {@inheritDoc} If Proof refuses a client token, the other is tried once, if there are two. */
    @Override
    public Uni<ProofSocketConnection> connect(String id, Listener listener) {
        if (!TransactionIds.isPossible(id)) {
            return Uni.createFrom().failure(ProofFailure.impossibleId());
        }
        return once(id, listener)
                .onFailure(failure -> isRefusedToken(failure) && access.tokens().hasOther())
                .recoverWithUni(refused -> once(id, listener))
                .onFailure(ProofFailure.class)
                .invoke(failure -> notices.lost(Call.SOCKET, id, failure));
    }

    private Uni<ProofSocketConnection> once(String id, Listener listener) {
        return Uni.createFrom().deferred(() -> {
            ClientTokens.Token token = access.tokens().preferred();
            return Uni.createFrom()
                    .<ProofSocketConnection>emitter(emitter -> open(id, token, listener, emitter))
                    .ifNoItem()
                    .after(access.attemptTimeout())
                    .fail()
                    .onFailure()
                    .transform(this::failure)
                    .onFailure(ProofFailure.class)
                    .invoke(failure -> failed(token, failure));
        });
    }

    /** Not cancelled with the caller: a socket that opens after the caller has gone must be closed. */
    private void open(
            String id, ClientTokens.Token token, Listener listener, UniEmitter<? super ProofSocketConnection> emitter) {
        AtomicBoolean over = new AtomicBoolean();
        emitter.onTermination(() -> over.set(true));
        OpenSocket socket = new OpenSocket(id, listener);
        connector(id, token, socket)
                .connect()
                .subscribe()
                .with(
                        connection -> {
                            if (over.get()) {
                                connection.close().subscribe().with(closed -> {}, ProofSocket::ignore);
                            } else {
                                socket.opened(connection);
                                emitter.complete(socket);
                            }
                        },
                        emitter::fail);
    }

    private BasicWebSocketConnector connector(String id, ClientTokens.Token token, OpenSocket socket) {
        BasicWebSocketConnector connector = connectors.get();
        // A connector serves one connection, and keeps nothing that would have to be ended.
        connectors.destroy(connector);
        return connector
                .baseUri(baseUrl)
                .path("/ws?tx_id=" + UrlText.encoded(id))
                .addHeader(HttpHeaders.AUTHORIZATION, token.authorization())
                .customizeOptions(this::customize)
                .executionModel(ExecutionModel.NON_BLOCKING)
                .onTextMessage((connection, text) -> socket.received(text))
                .onBinaryMessage((connection, data) -> socket.ignored("binary"))
                .onError((connection, error) -> socket.failed(error))
                .userData(OPEN_SOCKET, socket);
    }

    /**
     * Every end of a socket. Not by the connector's {@code onClose}: that one throws at ends without a close frame, and
     * neither calls us then nor cleans up.
     */
    static void ended(@ObservesAsync @Closed WebSocketClientConnection connection) {
        OpenSocket socket = connection.userData().get(OPEN_SOCKET);
        if (socket != null) {
            socket.ended();
        }
    }

    private void customize(WebSocketConnectOptions connect, WebSocketClientOptions client) {
        int limit = Math.toIntExact(access.attemptTimeout().toMillis());
        // Our own limit comes first, and distinguishes a timeout from a closed connection; this one only cleans up.
        connect.setTimeout(2L * limit);
        // Left alone, the client invents an Origin, which Proof may refuse (Proof contract, C2).
        connect.setAllowOriginHeader(access.origin() != null);
        if (access.origin() != null) {
            connect.addHeader("Origin", access.origin());
        }
        client.setConnectTimeout(limit);
        client.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        client.setSslHandshakeTimeout(limit);
        client.setMaxFrameSize(MAX_MESSAGE_BYTES);
        client.setMaxMessageSize(MAX_MESSAGE_BYTES);
        client.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        client.setReadIdleTimeout(Math.toIntExact(access.socketReadIdleTimeout().toMillis()));
        access.proxy().ifPresent(client::setProxyOptions);
        access.authorities().ifPresent(client::setTrustOptions);
    }

    private ProofFailure failure(Throwable thrown) {
        if (thrown instanceof UpgradeRejectedException rejected) {
            byte[] body = rejected.getBody() == null
                    ? new byte[0]
                    : rejected.getBody().getBytes();
            return new Answer(
                            rejected.getStatus(),
                            rejected.getHeaders().get(Answer.REQUEST_ID),
                            rejected.getHeaders().get(HttpHeaders.RETRY_AFTER),
                            body)
                    .failure(clock.instant());
        }
        return Unanswered.because(thrown);
    }

    private void failed(ClientTokens.Token token, ProofFailure failure) {
        notices.failed(Call.SOCKET, failure);
        if (isRefusedToken(failure) && access.tokens().refused(token)) {
            notices.otherToken(failure);
        }
    }

    private static boolean isRefusedToken(Throwable failure) {
        return failure instanceof ProofFailure refused && refused.kind() == ProofFailure.Kind.UNAUTHORISED;
    }

    /**
     * One socket from its opening to its end. All but its end happens on its event loop. As long as it has no
     * connection it has no listener to call.
     */
    private final class OpenSocket implements ProofSocketConnection {
        private final String id;
        private final Listener listener;
        private volatile Context context;
        private volatile WebSocketClientConnection connection;
        private volatile long pings;

        OpenSocket(String id, Listener listener) {
            this.id = id;
            this.listener = listener;
        }

        void opened(WebSocketClientConnection opened) {
            connection = opened;
            pings = vertx.setPeriodic(access.socketPingInterval().toMillis(), due -> ping());
            context = vertx.getOrCreateContext();
        }

        private void ping() {
            connection.sendPing(Buffer.buffer("rampgate")).subscribe().with(sent -> {}, ProofSocket::ignore);
        }

        void received(String text) {
            if (connection == null) {
                return;
            }
            try {
                StatusReports.fromSocket(text)
                        .ifPresentOrElse(
                                this::reported, () -> ignored(StatusReports.isObject(text) ? "event" : "text"));
            } catch (MalformedReport malformed) {
                broken("malformed");
            }
        }

        private void reported(StatusReport report) {
            if (report.transactionId().equals(id)) {
                listener.onReport(report);
            } else if (report.transactionId().equalsIgnoreCase(id)) {
                notices.respelled(Call.SOCKET, id);
                listener.onReport(report.named(id));
            } else {
                broken("other_transaction");
            }
        }

        /** A frame or message that cannot be read, or a broken connection: either way the connection is of no use any more. */
        void failed(Throwable error) {
            if (error instanceof DecoderException || error instanceof IllegalStateException) {
                broken("frame");
            }
            ignore(error);
            close();
        }

        /** Another event, or no event at all: Proof may keep a socket alive as it likes. */
        void ignored(String kind) {
            if (connection != null) {
                notices.ignoredMessage(kind);
            }
        }

        void broken(String reason) {
            if (connection != null) {
                notices.protocolError(reason);
                listener.onProtocolError(reason);
            }
        }

        /** Called on any thread. */
        void ended() {
            if (context != null) {
                vertx.cancelTimer(pings);
                context.runOnContext(last -> listener.onClosed());
            }
        }

        @Override
        public String transactionId() {
            return id;
        }

        @Override
        public boolean isOpen() {
            return connection.isOpen();
        }

        @Override
        public void close() {
            if (connection != null && connection.isOpen()) {
                connection.close().subscribe().with(closed -> {}, ProofSocket::ignore);
            }
        }

        @Override
        public String toString() {
            return "ProofSocket[" + id + "]";
        }
    }

    /** A failure on a connection ends it, and {@link Listener#onClosed()} reports its end. */
    private static void ignore(Throwable failure) {
        LOG.debugf("On a socket: %s", failure.getMessage());
    }
}
