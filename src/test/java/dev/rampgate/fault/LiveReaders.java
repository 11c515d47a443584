package dev.rampgate.fault;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Very many browsers, each of which follows one transaction by events and does as it is told about connecting again. */
final class LiveReaders implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final NetClient client = vertx.createNetClient(new NetClientOptions().setReceiveBufferSize(4_096));
    private final Supplier<ReplicaProcess> chosen;
    private final Random random;
    private final Map<String, Reader> readers = new ConcurrentHashMap<>();
    private final Queue<Long> reconnects = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();

    /** @param chosen the replica that a load balancer sends the next connection to */
    LiveReaders(Supplier<ReplicaProcess> chosen, Random random) {
        this.chosen = chosen;
        this.random = random;
    }

    void follow(Collection<String> transactionIds) {
        transactionIds.forEach(id -> {
            Reader reader = new Reader(id);
            readers.put(id, reader);
            vertx.setTimer(1 + random.nextInt(Math.max(1, transactionIds.size() / 2)), due -> reader.connect());
        });
    }

    long open() {
        return readers.values().stream().filter(reader -> reader.seen != null).count();
    }

    long ended() {
        return readers.values().stream().filter(reader -> reader.ended).count();
    }

    /** Ids of the events of one transaction, in the order in which they came, over all connections. */
    List<String> told(String transactionId) {
        Reader reader = readers.get(transactionId);
        synchronized (reader) {
            return List.copyOf(reader.told);
        }
    }

    /** When an event came first; null if it did not. */
    Instant cameAt(String transactionId, String eventId) {
        return readers.get(transactionId).cameAt.get(eventId);
    }

    /** When connections were made again, as {@link System#nanoTime()} has it. */
    List<Long> reconnects() {
        return List.copyOf(reconnects);
    }

    int refusals() {
        return refusals.get();
    }

    @Override
    public void close() {
        readers.values().forEach(reader -> reader.ended = true);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private final class Reader {
        private final String id;
        private final List<String> told = new ArrayList<>();
        private final Map<String, Instant> cameAt = new ConcurrentHashMap<>();
        private String rest = "";
        private String eventId;
        private String name;
        private long retry = 500;
        private volatile String seen;
        private volatile boolean ended;

        Reader(String id) {
            this.id = id;
        }

        private void connect() {
            if (ended) {
                return;
            }
            URI replica = URI.create(chosen.get().url("/"));
            client.connect(replica.getPort(), replica.getHost())
                    .onSuccess(this::ask)
                    .onFailure(away -> again(200 + random.nextInt(400)));
        }

        private void again(long after) {
            if (!ended) {
                vertx.setTimer(Math.max(1, after), due -> {
                    reconnects.add(System.nanoTime());
                    connect();
                });
            }
        }

        private void ask(NetSocket socket) {
            rest = "";
            StringBuilder request =
                    new StringBuilder("GET /transactions/" + id + "/events HTTP/1.1\r\nHost: localhost\r\n");
            String[] user = Cluster.signedIn(LedgerTables.ownerOf(id));
            for (int i = 0; i < user.length; i += 2) {
                request.append(user[i]).append(": ").append(user[i + 1]).append("\r\n");
            }
            if (seen != null) {
                request.append("Last-Event-ID: ").append(seen).append("\r\n");
            }
            socket.handler(bytes -> read(socket, bytes));
            socket.closeHandler(gone -> again(retry));
            socket.write(request.append("\r\n").toString());
        }

        private synchronized void read(NetSocket socket, Buffer bytes) {
            String text = rest + bytes.toString(StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n');
            rest = text.substring(end + 1);
            text.substring(0, end + 1).lines().forEach(line -> line(socket, line));
        }

        private void line(NetSocket socket, String line) {
            if (line.startsWith("HTTP/1.1 204")) {
                end(socket);
            } else if (line.startsWith("HTTP/1.1 ") && !line.startsWith("HTTP/1.1 200")) {
                refusals.incrementAndGet();
                retry = 500 + random.nextInt(1_000);
                socket.close();
            } else if (line.startsWith("retry: ")) {
                retry = Long.parseLong(line.substring(7));
            } else if (line.startsWith("id: ")) {
                eventId = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                event(socket);
            } else if (line.equals("0")) {
                socket.close(); // the end of a chunked answer
            }
        }

        private void event(NetSocket socket) {
            if (name.equals("heartbeat")) {
                return;
            }
            cameAt.putIfAbsent(eventId, Instant.now());
            seen = eventId;
            if (name.equals("end")) {
                end(socket);
            } else {
                told.add(eventId);
            }
        }

        private void end(NetSocket socket) {
            ended = true;
            socket.close();
        }
    }

    /** The largest number of these moments that lie within one second. */
    static long peak(List<Long> moments) {
        List<Long> sorted = moments.stream().sorted().toList();
        long most = 0;
        int first = 0;
        for (int last = 0; last < sorted.size(); last++) {
            while (sorted.get(last) - sorted.get(first) >= Duration.ofSeconds(1).toNanos()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
