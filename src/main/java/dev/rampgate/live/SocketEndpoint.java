package dev.rampgate.live;

import dev.rampgate.problem.Problem;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * {@code /transactions/{id}/socket}: sends the same events with the same ids as {@link EventsRoute}, one JSON frame each.
 * Ignores frames from the reader.
 */
@WebSocket(path = "/transactions/{id}/socket", endpointId = SocketEndpoint.ID)
public class SocketEndpoint {

    static final String ID = "transaction-socket";

    private static final Logger LOG = Logger.getLogger(SocketEndpoint.class);
    private static final TypedKey<LiveStream> STREAM = new TypedKey<>("rampgate.stream");

    private final LiveHub hub;
    private final LiveStream.Environment environment;
    private final EventJson json;

    SocketEndpoint(LiveHub hub, LiveStream.Environment environment, EventJson json) {
        this.hub = hub;
        this.environment = environment;
        this.json = json;
    }

    /** Starts a stream for a connection that {@link SocketUpgrade} accepted. */
    @OnOpen
    public Uni<Void> open(WebSocketConnection connection) {
        StreamRequest request = connection.userData().get(SocketUpgrade.REQUEST);
        ConnectionLoop loop = new ConnectionLoop(Vertx.currentContext());
        LiveStream stream = new LiveStream(
                request.transactionId(),
                request.userId(),
                request.seen(),
                new Frames(connection, loop),
                loop,
                environment,
                hub::leave);
        connection.userData().put(STREAM, stream);
        hub.join(stream);
        return Uni.createFrom().voidItem();
    }

    /** Ends the stream. */
    @OnClose
    public Uni<Void> close(WebSocketConnection connection) {
        LiveStream stream = connection.userData().get(STREAM);
        if (stream != null) {
            stream.lost();
        }
        return Uni.createFrom().voidItem();
    }

    /** Sends the frames of one connection: at most one call's frames are in flight. */
    private final class Frames implements Transport {

        private static final int NORMAL = 1000;
        private static final int POLICY = 1008;
        private static final int RESTART = 1012;
        private static final int TRY_LATER = 1013;

        private final WebSocketConnection connection;
        private final ConnectionLoop loop;
        private int inFlight;
        private Runnable onWritable = () -> {};

        Frames(WebSocketConnection connection, ConnectionLoop loop) {
            this.connection = connection;
            this.loop = loop;
        }

        @Override
        public void refuse(Problem problem) {
            int code = problem.retryAfter().isPresent() ? TRY_LATER : POLICY;
            close(code, problem.type().urn());
        }

        @Override
        public void nothingLeft() {
            close(NORMAL, "end");
        }

        @Override
        public void open() {
            // A WebSocket is already open.
        }

        @Override
        public boolean isWritable() {
            return inFlight == 0;
        }

        @Override
        public void onWritable(Runnable again) {
            onWritable = again;
        }

        @Override
        public void send(List<LiveEvent> events) {
            events.forEach(event -> write(json.frame(event)));
        }

        private void write(String frame) {
            inFlight++;
            connection.sendText(frame).subscribe().with(done -> loop.execute(this::written), this::ignore);
        }

        private void written() {
            inFlight--;
            if (inFlight == 0) {
                onWritable.run();
            }
        }

        @Override
        public void beat() {
            connection.sendPing(Buffer.buffer()).subscribe().with(done -> {}, this::ignore);
            // Pages in browsers cannot see pings.
            write(EventJson.heartbeatFrame(environment.settings().heartbeat()));
        }

        @Override
        public void end() {
            close(NORMAL, "end");
        }

        @Override
        public void leave(Departure why, Duration retry) {
            switch (why) {
                case DRAINING, AGE, GONE -> {
                    write(EventJson.reconnectFrame(retry));
                    close(RESTART, "reconnect");
                }
                case SLOW -> close(TRY_LATER, "too slow");
            }
        }

        private void close(int code, String reason) {
            if (connection.isOpen()) {
                connection.close(new CloseReason(code, reason)).subscribe().with(done -> {}, this::ignore);
            }
        }

        /** A broken connection is closed anyway, and {@link #close(WebSocketConnection)} is called for it. */
        private void ignore(Throwable broken) {
            LOG.debugf("Writing to a socket failed: %s", broken.getClass().getSimpleName());
        }
    }
}
