package dev.rampgate.edge;

import dev.rampgate.edge.ConnectionLimits.Reason;
import dev.rampgate.problem.ProblemType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes one connection whose client does not read its answers: when Rampgate has to write more although too many bytes are
 * pending, for this connection or for all together, and when the client reads nothing for too long. It counts the bytes of
 * requests that are incomplete; {@link ConnectionLimits} closes the oldest of them when they are too many. It is the first
 * handler of the pipeline, so that it sees every byte of both ports, of whatever protocol. It runs on the connection's event
 * loop.
 *
 * <p>It also refuses HTTP/2, which the server of the management port would speak, and has no setting against.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    private static final byte[] HTTP_2 = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);

    /** Maximum bytes that are discarded after the last answer before the connection is closed. */
    private static final int MOST_DISCARDED = 256 * 1024;

    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConnectionLimits limits;
    private final LongSupplier nanoTime;
    private int prefaceBytes;
    private boolean prefaceRuledOut;
    private boolean closing;
    private boolean silent = true;

    /** Bytes that are pending for the client, as last counted. */
    private long unread;

    private long progressAt;
    private boolean timed;

    /** Bytes received since the last decoded message. */
    private long undecoded;

    private boolean decoded;

    /** Bytes of the decoded head, and of the body so far, of a request whose body is incomplete. */
    private long incomplete;

    private IncompleteRequest request;
    private long discarded;

    /** @param nanoTime as {@link System#nanoTime()} gives it */
    ConnectionGuard(ConnectionLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.executor()
                .schedule(() -> closeIfSilent(context), ConnectionLimits.SILENCE.toNanos(), TimeUnit.NANOSECONDS);
        context.fireChannelActive();
    }

    private void closeIfSilent(ChannelHandlerContext context) {
        if (silent && !closing) {
            close(context, Reason.SILENT);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        silent = false;
        if (closing) {
            discard(context, message);
        } else if (!prefaceRuledOut && message instanceof ByteBuf bytes && isHttp2(bytes)) {
            ReferenceCountUtil.release(message);
            limits.countClosed(Reason.HTTP2);
            limits.countRefused(ProblemType.BAD_REQUEST);
            closing = true;
            Refusal.of(ProblemType.BAD_REQUEST).sendAndClose(context);
        } else {
            int bytes = message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
            decoded = false;
            context.fireChannelRead(message);
            if (!decoded && !closing) {
                undecoded += bytes;
            }
            if (request == null) {
                request = new IncompleteRequest(context.channel());
            }
            recount();
        }
    }

    /** Call after the last answer: further bytes are discarded, so that the answer still arrives. */
    void discardTheRest() {
        closing = true;
    }

    private void discard(ChannelHandlerContext context, Object message) {
        discarded += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (discarded > MOST_DISCARDED) {
            context.close();
        }
    }

    /** Counts what is incomplete; after a read this happens anyway. */
    void recount() {
        if (!closing && request != null) {
            limits.incomplete(request, undecoded + incomplete);
        }
    }

    /** Call when a message, or a part of one, was decoded: the bytes so far count no longer. */
    void decoded() {
        decoded = true;
        undecoded = 0;
    }

    /** Call when a part of a request was decoded whose body is still incomplete. */
    void arrived(int bytes) {
        incomplete += bytes;
    }

    /** Call when the body of the request is complete. */
    void complete() {
        incomplete = 0;
    }

    /** Whether the connection's first bytes are the HTTP/2 preface. */
    private boolean isHttp2(ByteBuf bytes) {
        for (int at = bytes.readerIndex(); at < bytes.writerIndex() && prefaceBytes < HTTP_2.length; at++) {
            if (bytes.getByte(at) != HTTP_2[prefaceBytes]) {
                prefaceRuledOut = true;
                return false;
            }
            prefaceBytes++;
        }
        return prefaceBytes == HTTP_2.length;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
        if (unread > 0 && mayNotGrow(context)) {
            ReferenceCountUtil.release(message);
            written.tryFailure(new UnreadAnswersException());
            return;
        }
        context.write(message, written);
        count(context);
    }

    /** Flushes before it counts, since written bytes may not have been passed to the kernel yet. */
    private boolean mayNotGrow(ChannelHandlerContext context) {
        if (!closing && isTooMuch()) {
            context.flush();
            count(context);
            if (unread > 0 && isTooMuch()) {
                close(context, unread > limits.maxUnread() ? Reason.UNREAD : Reason.BUDGET);
            }
        }
        return closing;
    }

    private boolean isTooMuch() {
        return unread > limits.maxUnread() || limits.isOverBudget();
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        count(context);
        if (unread > 0 && !timed && !closing) {
            progressAt = nanoTime.getAsLong();
            checkLater(context);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        count(context);
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        count(context);
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        closing = true;
        account(0);
        if (request != null) {
            limits.incomplete(request, 0);
        }
    }

    private void checkLater(ChannelHandlerContext context) {
        timed = true;
        context.executor().schedule(() -> check(context), CHECK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        timed = false;
        count(context);
        if (unread == 0 || closing) {
            return;
        }
        if (nanoTime.getAsLong() - progressAt > limits.stallLimit().toNanos()) {
            close(context, Reason.STALLED);
        } else {
            checkLater(context);
        }
    }

    private void count(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        account(buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    private void account(long now) {
        if (now < unread) {
            progressAt = nanoTime.getAsLong();
        }
        limits.hold(now - unread);
        unread = now;
    }

    private void close(ChannelHandlerContext context, Reason reason) {
        closing = true;
        limits.countClosed(reason);
        context.close();
    }

    /** Fails the write of an answer that was discarded. */
    private static final class UnreadAnswersException extends Exception {
        UnreadAnswersException() {
            super("The connection does not read its answers", null, false, false);
        }
    }
}
