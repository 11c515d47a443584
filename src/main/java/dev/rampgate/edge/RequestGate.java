package dev.rampgate.edge;

import dev.rampgate.edge.ConnectionLimits.Reason;
import dev.rampgate.problem.ProblemType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * Checks each request of one connection between Netty's decoder and the server. It refuses requests that no route may see
 * ({@link RequestHead}), in the order in which requests arrived. It closes the connection when too many requests are queued
 * behind an unanswered one, and when too many WebSocket frames arrive. It runs on the connection's event loop.
 */
final class RequestGate extends ChannelDuplexHandler {

    /** The names that Vert.x gives to its handlers in a connection's pipeline. */
    private static final String DECODER = "httpDecoder";

    private static final String ENCODER = "httpEncoder";

    /** Estimated memory of a header beside its text, and of a request beside its headers. */
    private static final int HEADER_BYTES = 64;

    private static final int REQUEST_BYTES = 512;

    private final ConnectionGuard guard;
    private final ConnectionLimits limits;
    private final LongSupplier nanoTime;

    /** Bytes of each queued request, in arrival order. */
    private final Queue<int[]> queued = new ArrayDeque<>(0);

    private long queuedBytes;
    /** The queued request whose body is arriving; null if it is the request in progress. */
    private int[] arriving;

    /**
     * Bytes of the incomplete body of the request in progress that {@link ConnectionGuard} counts; the {@link BodyBudget} counts
     * the others.
     */
    private int bodyBytes;

    private boolean answering;
    private boolean answerBegun;
    private Refusal refusal;
    private boolean closing;
    /** Requests decoded since the last read completed. */
    private int burst;

    private int frames;
    private long framesSince;

    private RequestGate(ConnectionGuard guard, ConnectionLimits limits, LongSupplier nanoTime) {
        this.guard = guard;
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    /** Adds a gate to a new connection as soon as its pipeline has a decoder. */
    static void install(
            ChannelPipeline pipeline, ConnectionGuard guard, ConnectionLimits limits, LongSupplier nanoTime) {
        if (pipeline.get(DECODER) != null) {
            pipeline.addAfter(ENCODER, null, new RequestGate(guard, limits, nanoTime));
        } else if (pipeline.get(Http2ConnectionHandler.class) != null) {
            limits.countClosed(Reason.HTTP2);
            pipeline.channel().close();
        } else {
            pipeline.addLast(new Installer(guard, limits, nanoTime));
        }
    }

    /**
     * Waits for the first bytes of HTTP, behind TLS, the PROXY protocol and protocol negotiation, and then installs the gate.
     */
    private static final class Installer extends ChannelInboundHandlerAdapter {
        private final ConnectionGuard guard;
        private final ConnectionLimits limits;
        private final LongSupplier nanoTime;

        Installer(ConnectionGuard guard, ConnectionLimits limits, LongSupplier nanoTime) {
            this.guard = guard;
            this.limits = limits;
            this.nanoTime = nanoTime;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf) {
                install(context.pipeline(), guard, limits, nanoTime);
                context.pipeline().remove(this);
            }
            context.fireChannelRead(message);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        guard.decoded();
        if (closing || refusal != null) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            arrived(context, request);
        } else if (message instanceof HttpContent content) {
            arrived(context, content);
        } else if (message instanceof WebSocketFrame && isOneTooMany()) {
            ReferenceCountUtil.release(message);
            close(context, Reason.FRAMES);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        burst = 0;
        context.fireChannelReadComplete();
    }

    private void arrived(ChannelHandlerContext context, HttpRequest request) {
        Optional<Refusal> refused = RequestHead.refusal(request);
        if (refused.isPresent()) {
            ReferenceCountUtil.release(request);
            refusal = refused.get();
            sendRefusal(context);
            return;
        }
        burst++;
        if (burst > limits.maxPipelined() + 1) {
            ReferenceCountUtil.release(request);
            close(context, Reason.PIPELINED);
            return;
        }
        neverUpgradeToHttp2(request.headers());
        if (!answering) {
            answering = true;
            answerBegun = false;
            arriving = null;
            bodyBytes = 0;
            guard.arrived(sizeOf(request));
        } else {
            arriving = new int[1];
            queued.add(arriving);
            if (!mayWait(context, sizeOf(request))) {
                ReferenceCountUtil.release(request);
                return;
            }
        }
        context.fireChannelRead(request);
    }

    private void arrived(ChannelHandlerContext context, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            undecoded(context);
            return;
        }
        int bytes = content.content().readableBytes();
        if (arriving == null) {
            int counted = Math.min(bytes, BodyBudget.FREE_BYTES - bodyBytes);
            bodyBytes += counted;
            guard.arrived(counted);
            if (content instanceof LastHttpContent) {
                guard.complete();
            }
            context.fireChannelRead(content);
        } else if (mayWait(context, bytes)) {
            context.fireChannelRead(content);
        } else {
            ReferenceCountUtil.release(content);
        }
    }

    /** An undecodable body, such as chunks without a length; nothing after it on this connection can be read. */
    private void undecoded(ChannelHandlerContext context) {
        refusal = Refusal.of(ProblemType.BAD_REQUEST);
        if (arriving == null && !answerBegun) {
            answering = false;
        }
        sendRefusal(context);
    }

    private boolean mayWait(ChannelHandlerContext context, int bytes) {
        arriving[0] += bytes;
        queuedBytes += bytes;
        limits.hold(bytes);
        if (queued.size() > limits.maxPipelined() || queuedBytes > ConnectionLimits.MAX_QUEUED_BYTES) {
            close(context, Reason.PIPELINED);
        } else if (limits.isOverBudget()) {
            close(context, Reason.BUDGET);
        }
        return !closing;
    }

    private static int sizeOf(HttpRequest request) {
        int bytes = REQUEST_BYTES + request.uri().length();
        for (Map.Entry<String, String> header : request.headers()) {
            bytes += HEADER_BYTES + header.getKey().length() + header.getValue().length();
        }
        return bytes;
    }

    /** The server of the management port would accept the upgrade, and has no setting against it. */
    private static void neverUpgradeToHttp2(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.UPGRADE)
                && !headers.getAll(HttpHeaderNames.UPGRADE).stream().allMatch("websocket"::equalsIgnoreCase)) {
            headers.remove(HttpHeaderNames.UPGRADE);
        }
    }

    private boolean isOneTooMany() {
        long now = nanoTime.getAsLong();
        if (frames == 0 || now - framesSince > ConnectionLimits.FRAMES_WINDOW.toNanos()) {
            framesSince = now;
            frames = 0;
        }
        frames++;
        return frames > ConnectionLimits.MAX_FRAMES;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
        if (refusal != null && !answering) {
            // The refusal was the last answer of this connection.
            ReferenceCountUtil.release(message);
            written.trySuccess();
            return;
        }
        boolean informational = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (message instanceof HttpResponse && !informational) {
            answerBegun = true;
        }
        context.write(message, written);
        if (message instanceof LastHttpContent && !informational) {
            answered(context);
        }
    }

    private void answered(ChannelHandlerContext context) {
        int[] next = queued.poll();
        answering = next != null;
        answerBegun = false;
        if (next != null) {
            forget(next[0]);
            if (arriving == next) {
                arriving = null;
                bodyBytes = BodyBudget.FREE_BYTES;
                guard.arrived(next[0]);
                guard.recount();
            }
        }
        sendRefusal(context);
    }

    /** Sends the refusal once all earlier requests are answered. */
    private void sendRefusal(ChannelHandlerContext context) {
        if (refusal == null || answering || closing) {
            return;
        }
        closing = true;
        refusal.problem().ifPresent(problem -> limits.countRefused(problem.type()));
        refusal.sendAndClose(context.pipeline().context(ENCODER));
        guard.discardTheRest();
    }

    private void close(ChannelHandlerContext context, Reason reason) {
        closing = true;
        limits.countClosed(reason);
        context.close();
    }

    private void forget(long bytes) {
        queuedBytes -= bytes;
        limits.hold(-bytes);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        forget(queuedBytes);
    }
}
