package dev.rampgate.packaged;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An OpenTelemetry collector that keeps what it is sent: OTLP over HTTP, without compression. */
final class Collector implements AutoCloseable {

    /**
     * A span, with its attributes as texts.
     *
     * @param parentId empty if it begins its trace
     * @param links ids of the spans that it links to
     */
    record Span(
            String traceId,
            String id,
            String parentId,
            String name,
            Map<String, String> attributes,
            List<String> links) {

        boolean isAbout(String transactionId) {
            return transactionId.equals(attributes.get("rampgate.transaction_id"));
        }
    }

    private final HttpServer server;
    private final Queue<byte[]> bodies = new ConcurrentLinkedQueue<>();

    private Collector(HttpServer server) {
        this.server = server;
    }

    static Collector start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            Collector collector = new Collector(server);
            server.createContext("/v1/traces", collector::take);
            server.start();
            return collector;
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** All spans that came so far. */
    List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        for (byte[] body : bodies) {
            for (Field resource : fields(body, 1)) {
                for (Field scope : fields(resource.bytes(), 2)) {
                    fields(scope.bytes(), 2).forEach(span -> spans.add(span(span.bytes())));
                }
            }
        }
        return spans;
    }

    /** Everything that came, as text. */
    String everything() {
        StringBuilder all = new StringBuilder();
        bodies.forEach(body -> all.append(new String(body, StandardCharsets.ISO_8859_1)));
        return all.toString();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            bodies.add(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    // --- opentelemetry/proto/trace/v1/trace.proto

    private static Span span(byte[] message) {
        Map<String, String> attributes = new LinkedHashMap<>();
        fields(message, 9).forEach(attribute -> attributes.put(text(attribute.bytes(), 1), value(attribute.bytes())));
        return new Span(
                hex(message, 1),
                hex(message, 2),
                hex(message, 4),
                text(message, 5),
                attributes,
                fields(message, 13).stream().map(link -> hex(link.bytes(), 2)).toList());
    }

    private static String value(byte[] keyValue) {
        byte[] any = fields(keyValue, 2).get(0).bytes();
        List<Field> number = fields(any, 3);
        return number.isEmpty() ? text(any, 1) : Long.toString(number.get(0).number());
    }

    private static String text(byte[] message, int field) {
        return fields(message, field).stream()
                .map(found -> new String(found.bytes(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse("");
    }

    private static String hex(byte[] message, int field) {
        return fields(message, field).stream()
                .map(found -> HexFormat.of().formatHex(found.bytes()))
                .findFirst()
                .orElse("");
    }

    // --- the wire format of protocol buffers

    private record Field(int name, long number, byte[] bytes) {}

    private static List<Field> fields(byte[] message, int name) {
        List<Field> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            long tag = number(in);
            Field field = field((int) (tag >> 3), (int) (tag & 7), in);
            if (field.name() == name) {
                fields.add(field);
            }
        }
        return fields;
    }

    private static Field field(int name, int type, ByteBuffer in) {
        return switch (type) {
            case 0 -> new Field(name, number(in), new byte[0]);
            case 1 -> new Field(name, 0, bytes(in, Long.BYTES));
            case 2 -> new Field(name, 0, bytes(in, (int) number(in)));
            case 5 -> new Field(name, 0, bytes(in, Integer.BYTES));
            default -> throw new IllegalStateException("no wire type " + type);
        };
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static long number(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}
