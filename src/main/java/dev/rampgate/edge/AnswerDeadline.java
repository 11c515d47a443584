package dev.rampgate.edge;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes one connection when what it sent gets no answer for too long. A request always gets one in time, so this is about
 * bytes that never become a request, however steadily they come: the server's own idle timeout begins anew with each.
 *
 * <p>One timer is under way at a time, however many requests come; it looks again when it was too early.
 */
final class AnswerDeadline extends ChannelDuplexHandler {

    private final long limitNanos;
    private final LongSupplier nanoTime;
    private long waitingSince;
    private boolean waiting;
    private boolean timed;

    /** @param nanoTime as {@link System#nanoTime()} tells it */
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
                lookAfter(limitNanos, context);
            }
        }
        context.fireChannelRead(bytes);
    }

    @Override
    public void write(ChannelHandlerContext context, Object bytes, ChannelPromise written) {
        waiting = false;
        context.write(bytes, written);
    }

    private void lookAfter(long nanos, ChannelHandlerContext context) {
        timed = true;
        context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        timed = false;
        if (!waiting || !context.channel().isActive()) {
            return;
        }
        long left = limitNanos - (nanoTime.getAsLong() - waitingSince);
        if (left <= 0) {
            context.close();
        } else {
            lookAfter(left, context);
        }
    }
}
