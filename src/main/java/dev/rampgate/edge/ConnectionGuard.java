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
 * Closes one connection that does not read what it is sent: when it makes us write more although too much waits already, for
 * itself or for all connections together, and when it reads nothing for too long. The same for bytes that come and do not
 * become a request. Stands in front of all other handlers, so that it sees every byte of either port, whatever protocol it
 * belongs to. All of it happens on the connection's event loop.
 *
 * <p>HTTP/2 ends here as well: the server of the management port would speak it, and has no switch for that.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    private static final byte[] HTTP_2 = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);

    /** Most bytes that are taken after the last answer. */
    private static final int MOST_DISCARDED = 256 * 1024;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConnectionLimits limits;
    private final LongSupplier nanoTime;
    private int prefaceBytes;
    private boolean prefaceRuledOut;
    private boolean closing;

    /** What waits for the reader, as it was last counted. */
    private long unread;

    private long progressAt;
    private boolean timed;

    /** What came since the last message that could be decoded. */
    private long undecoded;

    private boolean decoded;
    private long discarded;

    /** @param nanoTime as {@link System#nanoTime()} gives it */
    ConnectionGuard(ConnectionLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
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
            if (!decoded) {
                waitForMore(context, bytes);
            }
        }
    }

    /** After the last answer: what still comes is taken for a while, so that the answer arrives. */
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

    private void waitForMore(ChannelHandlerContext context, int bytes) {
        if (undecoded > 0 && limits.isOverBudget() && !closing) {
            close(context, Reason.BUDGET);
        } else if (!closing) {
            undecoded += bytes;
            limits.hold(bytes);
        }
    }

    /** What came before this was a message, or the first part of one that is passed on in parts. */
    void decoded() {
        decoded = true;
        limits.hold(-undecoded);
        undecoded = 0;
    }

    /** Whether all bytes so far, and as many as count, are the start of an HTTP/2 connection. */
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

    /** What was already written may just not have been passed on yet. */
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
            lookLater(context);
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
        decoded();
    }

    private void lookLater(ChannelHandlerContext context) {
        timed = true;
        context.executor().schedule(() -> look(context), LOOK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        timed = false;
        count(context);
        if (unread == 0 || closing) {
            return;
        }
        if (nanoTime.getAsLong() - progressAt > limits.stallLimit().toNanos()) {
            close(context, Reason.STALLED);
        } else {
            lookLater(context);
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

    /** What became of an answer that could not be kept. */
    private static final class UnreadAnswersException extends Exception {
        UnreadAnswersException() {
            super("The connection does not read its answers", null, false, false);
        }
    }
}
