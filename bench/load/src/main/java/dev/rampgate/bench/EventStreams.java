package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Many browsers, each of which follows one transaction by server-sent events; they note when each event came. */
final class EventStreams implements AutoCloseable {

    private final Selector selector;
    private final List<Reader> readers = new ArrayList<>();
    private final Map<String, Long> cameAt = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final Thread loop = new Thread(this::read, "event-streams");
    private volatile boolean over;

    EventStreams() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        loop.setDaemon(true);
    }

    /** Follows a transaction of a user; before {@link #start()}. */
    void follow(int port, String transactionId, String user) {
        try {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.write(ByteBuffer.wrap(Request.get("/transactions/" + transactionId + "/events", user)
                    .bytes()));
            channel.configureBlocking(false);
            Reader reader = new Reader(transactionId, channel);
            channel.register(selector, SelectionKey.OP_READ, reader);
            readers.add(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        loop.start();
    }

    /** How many have been told a state. */
    int open() {
        return open.get();
    }

    /** How many were closed by the other side. */
    int lost() {
        return lost.get();
    }

    /** When a reader was told that a transaction has a status, as {@link System#nanoTime()} has it; null for not yet. */
    Long cameAt(String transactionId, String status) {
        return cameAt.get(transactionId + " " + status);
    }

    @Override
    public void close() {
        over = true;
        selector.wakeup();
        try {
            loop.join(5_000);
            for (Reader reader : readers) {
                reader.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        try {
            while (!over) {
                selector.select(key -> ((Reader) key.attachment()).readable(key, in), 200);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Reader {
        private final String transactionId;
        private final SocketChannel channel;
        private String rest = "";
        private boolean told;

        Reader(String transactionId, SocketChannel channel) {
            this.transactionId = transactionId;
            this.channel = channel;
        }

        void readable(SelectionKey key, ByteBuffer in) {
            try {
                in.clear();
                if (channel.read(in) < 0) {
                    key.cancel();
                    lost.incrementAndGet();
                    return;
                }
                long now = System.nanoTime();
                String text = rest + new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
                int end = text.lastIndexOf('\n');
                rest = text.substring(end + 1);
                text.substring(0, end + 1)
                        .lines()
                        .filter(line -> line.startsWith("data: ") && line.contains("\"status\":"))
                        .forEach(line -> event(line, now));
            } catch (IOException gone) {
                key.cancel();
                lost.incrementAndGet();
            }
        }

        private void event(String data, long now) {
            if (!told) {
                told = true;
                open.incrementAndGet();
            }
            int at = data.indexOf("\"status\":\"") + 10;
            cameAt.putIfAbsent(transactionId + " " + data.substring(at, data.indexOf('"', at)), now);
        }
    }
}
