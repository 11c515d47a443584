package dev.rampgate.edge;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes one connection when received bytes stay unanswered for too long. A complete request is always answered in time, so
 * this concerns bytes that never become a request, however steadily they arrive. The server's own idle timeout does not help:
 * it restarts with each byte.
 *
 * <p>A connection has at most one timer; a timer that fires too early is scheduled again.
 */
final class AnswerDeadline extends ChannelDuplexHandler {

    private final long limitNanos;
    private final LongSupplier nanoTime;
    private long waitingSince;
    private boolean waiting;
    private boolean timed;

    /** @param nanoTime as {@link System#nanoTime()} */
    AnswerDeadline(long limitNanos, LongSupplier nanoTime) {
        this.limitNanos = limitNanos;
        this.nanoTime = nanoTime;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (!waiting) {
            waiting = true;
            waitingSince = nanoTime.getAsLong();
            if (!timed) {
                checkAfter(limitNanos, context);
            }
        }
        context.fireChannelRead(bytes);
    }

    @Override
    public void write(ChannelHandlerContext context, Object bytes, ChannelPromise written) {
        waiting = false;
        context.write(bytes, written);
    }

    private void checkAfter(long nanos, ChannelHandlerContext context) {
        timed = true;
        context.executor().schedule(() -> check(context), nanos, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        timed = false;
        if (!waiting || !context.channel().isActive()) {
            return;
        }
        long left = limitNanos - (nanoTime.getAsLong() - waitingSince);
        if (left <= 0) {
            context.close();
        } else {
            checkAfter(left, context);
        }
    }
}
