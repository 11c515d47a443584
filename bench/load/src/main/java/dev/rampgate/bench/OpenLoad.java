package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/**
 * The open load: requests are sent at a fixed rate, whatever becomes of those before, as the world does. Each latency counts
 * from the moment at which the request should have left, so that a stall shows in all requests that it kept waiting
 * ("coordinated omission" is not hidden). What is not answered in the end counts with the time that it has waited.
 *
 * <p>A server may close a connection that it has not heard from for a while (Node does after 5 s), which happens here whenever the server or the
 * machine stalls. As every client of the world does, the load then connects again, and sends once more what it had just sent into a connection that
 * was being closed; its time counts from the beginning. A request that is cut off twice, or a server that no longer accepts, ends the benchmark.
 */
final class OpenLoad {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Until the first request, for the connections to be made. */
    private static final Duration LEAD = Duration.ofMillis(50);

    private static final long FINEST_PACE_NANOS = 200_000;

    private final int port;

    OpenLoad(int port) {
        this.port = port;
    }

    /**
     * What came of it.
     *
     * @param latency in microseconds
     * @param acknowledged keys of the requests that were answered well
     * @param sent how many should have left
     */
    record Result(
            Histogram latency, List<String> acknowledged, long sent, long refused, long unanswered, double seconds) {

        double millis(double percentile) {
            return latency.getValueAtPercentile(percentile) / 1_000.0;
        }

        /** Whether it kept up with the rate. */
        boolean keptUp() {
            return refused == 0 && unanswered == 0;
        }
    }

    /** A request and when it should leave; and whether it was sent again since its connection was closed. */
    private record Due(Request request, long at, boolean again) {}

    /**
     * Sends requests for a time.
     *
     * @param request the n-th, from 0
     * @param warmUp at the beginning, which does not count
     */
    Result run(double perSecond, Duration warmUp, Duration time, LongFunction<Request> request) {
        try (Selector selector = Selector.open()) {
            Round round = new Round(selector, perSecond, warmUp, time, request);
            Thread pacer = new Thread(round::pace, "pacer");
            pacer.setDaemon(true);
            try {
                round.connect();
                pacer.start();
                return round.run();
            } finally {
                round.over = true;
                LockSupport.unpark(pacer);
                round.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Round {
        private final long start = System.nanoTime() + LEAD.toNanos();
        private final Selector selector;
        private final double interval;
        private final LongFunction<Request> requests;
        private final long all;
        private final long counted;
        private final Histogram latency = new Histogram(1, TimeUnit.MINUTES.toMicros(5), 3);
        private final List<String> acknowledged = new ArrayList<>();
        private final Queue<Due> waiting = new ArrayDeque<>();
        private final Queue<Line> idle = new ArrayDeque<>();
        private final List<Line> lines = new ArrayList<>();
        private long sent;
        private long refused;
        private long reconnected;
        private volatile long nextDue = start;
        private volatile boolean over;

        Round(Selector selector, double perSecond, Duration warmUp, Duration time, LongFunction<Request> requests) {
            this.selector = selector;
            this.interval = 1e9 / perSecond;
            this.requests = requests;
            this.counted = (long) (perSecond * warmUp.toNanos() / 1e9);
            this.all = counted + Math.max(1, (long) (perSecond * time.toNanos() / 1e9));
        }

        void connect() throws IOException {
            // As many as the closed load has; with few, whoever was slow for a moment could never make up for it.
            for (int i = 0; i < Bench.CONNECTIONS; i++) {
                Line line = new Line();
                line.connect();
                lines.add(line);
                idle.add(line);
            }
        }

        /**
         * Wakes whoever sends when the next request is due: a selector's own time limit is too coarse, and spinning would take a
         * processor from what is measured.
         */
        void pace() {
            LockSupport.parkNanos(nextDue - System.nanoTime());
            while (!over) {
                selector.wakeup();
                LockSupport.parkNanos(Math.max(FINEST_PACE_NANOS, nextDue - System.nanoTime()));
            }
        }

        private long due(long number) {
            return start + (long) (number * interval);
        }

        Result run() throws IOException {
            long end = due(all) + PATIENCE.toNanos();
            while (System.nanoTime() < end && (sent < all || !waiting.isEmpty() || idle.size() < lines.size())) {
                long now = System.nanoTime();
                while (sent < all && due(sent) <= now) {
                    waiting.add(new Due(requests.apply(sent), due(sent), false));
                    sent++;
                }
                nextDue = sent < all ? due(sent) : end;
                while (!waiting.isEmpty() && !idle.isEmpty()) {
                    idle.remove().send(waiting.remove());
                }
                selector.select(key -> ((Line) key.attachment()).readable(), 100);
            }
            return result();
        }

        private Result result() {
            long unanswered = 0;
            long now = System.nanoTime();
            for (Line line : lines) {
                if (line.inFlight != null) {
                    record(line.inFlight, now);
                    unanswered++;
                }
            }
            for (Due due : waiting) {
                record(due, now);
                unanswered++;
            }
            if (reconnected > 0) {
                System.err.printf("%d connections were closed by the server and opened again%n", reconnected);
            }
            return new Result(latency, acknowledged, sent, refused, unanswered, (all - counted) * interval / 1e9);
        }

        private void record(Due due, long now) {
            if (due.at >= due(counted)) {
                latency.recordValue(Math.max(1, Math.min(latency.getHighestTrackableValue(), (now - due.at) / 1_000)));
            }
        }

        void close() {
            lines.forEach(line -> {
                try {
                    line.channel.close();
                } catch (IOException ignored) {
                    // it is gone, which is what was wanted
                }
            });
        }

        /** One connection. */
        private final class Line {
            private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
            private AnswerReader answer = new AnswerReader();
            private SocketChannel channel;
            private Due inFlight;

            void connect() throws IOException {
                channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, this);
                answer = new AnswerReader();
            }

            void send(Due due) {
                inFlight = due;
                ByteBuffer out = ByteBuffer.wrap(due.request.bytes());
                try {
                    while (out.hasRemaining()) {
                        channel.write(out); // a few hundred bytes always fit
                    }
                } catch (IOException e) {
                    closed(e);
                }
            }

            void readable() {
                try {
                    in.clear();
                    if (channel.read(in) < 0) {
                        closed(null);
                        return;
                    }
                } catch (IOException e) {
                    closed(e);
                    return;
                }
                in.flip();
                if (answer.read(in)) {
                    answered();
                }
            }

            private void closed(IOException why) {
                Due cutOff = inFlight;
                if (cutOff != null && cutOff.again) {
                    throw new BenchFailure("a request was cut off twice under load", why);
                }
                try {
                    channel.close();
                    connect();
                } catch (IOException e) {
                    throw new BenchFailure("no connection is accepted under load: " + e.getMessage(), e);
                }
                reconnected++;
                if (cutOff != null) {
                    send(new Due(cutOff.request, cutOff.at, true));
                }
            }

            private void answered() {
                record(inFlight, System.nanoTime());
                if (answer.status() / 100 != 2) {
                    refused++;
                } else if (inFlight.request.key() != null) {
                    acknowledged.add(inFlight.request.key());
                }
                inFlight = null;
                answer.clear();
                idle.add(this);
            }
        }
    }
}
