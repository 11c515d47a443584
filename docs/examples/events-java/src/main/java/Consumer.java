import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A consumer of Rampgate's events with Java. It verifies each webhook, stores it once, ignores what is older than what it knows, and reads
 * the feed when it missed something. docs/events.md explains it step by step.
 */
public final class Consumer {

    private static final int MOST_BYTES = 64 * 1024; // a body has less than 20 KB
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Webhook webhook;
    private final JsonNode orders;
    private final boolean livemode;
    private final Connection database;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String feed;
    private final String token;
    private final ExecutorService feedReader = Executors.newSingleThreadExecutor();

    public static void main(String... arguments) throws Exception {
        Path examples = Path.of(setting("EXAMPLES", "docs/examples"));
        Consumer consumer = new Consumer(
                Files.readAllLines(Path.of(setting("SECRET_FILE", "secret"))).get(0).trim(),
                MAPPER.readTree(Path.of(setting("ORDERS", examples + "/orders.json")).toFile()),
                Files.readString(examples.resolve("events.sql")));
        HttpServer server =
                HttpServer.create(new InetSocketAddress("localhost", Integer.parseInt(setting("PORT", "4002"))), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/events", consumer::receive);
        server.start();
        say("listening " + server.getAddress().getPort());
        consumer.catchUp(consumer.token != null ? "start" : "not read, since there is no FEED_TOKEN");
    }

    private Consumer(String secret, JsonNode orders, String tables) throws SQLException {
        this.webhook = new Webhook(secret);
        this.orders = orders;
        this.livemode = setting("LIVEMODE", "false").equals("true");
        this.feed = setting("RAMPGATE_MANAGEMENT_URL", "http://localhost:9000") + "/operate/events";
        this.token = setting("FEED_TOKEN", null);
        this.database = DriverManager.getConnection("jdbc:sqlite:" + setting("DATABASE", "events.db"));
        for (String table : tables.split(";")) {
            if (!table.isBlank()) {
                execute(table);
            }
        }
        database.setAutoCommit(false);
    }

    // --- webhooks

    private void receive(HttpExchange exchange) throws IOException {
        int answer = 500; // Rampgate sends it again
        boolean missing = false;
        try {
            // As it came: never verify what was parsed and written again.
            byte[] bytes = exchange.getRequestBody().readNBytes(MOST_BYTES);
            String body = new String(bytes, StandardCharsets.UTF_8);
            webhook.verify(body, exchange.getRequestHeaders());
            missing = take(exchange.getRequestHeaders().getFirst("webhook-id"), MAPPER.readTree(body), body);
            answer = 204; // only now: it is on the disk
        } catch (WebhookVerificationException forged) {
            say("refused: " + forged.getMessage());
            answer = 401;
        } catch (Exception failure) {
            say("failed: " + failure);
        }
        exchange.sendResponseHeaders(answer, -1);
        exchange.close();
        if (missing) {
            catchUp("events are missing");
        }
    }

    // --- one event, from whichever way it came

    /** Stores an event and its effect in one database transaction. Whether events before it are missing. */
    private synchronized boolean take(String id, JsonNode event, String body) throws SQLException {
        String type = event.path("type").asText();
        JsonNode data = event.path("data");
        if (!type.startsWith("transaction.") || !data.has("version")) {
            say("ignored " + type); // a test event, or a type that we do not know yet
            return false;
        }
        try {
            boolean missing = apply(id, type, data, body);
            database.commit();
            return missing;
        } catch (SQLException | RuntimeException failure) {
            database.rollback();
            throw failure;
        }
    }

    private boolean apply(String id, String type, JsonNode data, String body) throws SQLException {
        String transaction = data.get("merchant_transaction_id").asText();
        long epoch = data.get("epoch").asLong();
        int version = data.get("version").asInt();
        if (data.path("redacted").asBoolean()) {
            execute("UPDATE event SET body = ? WHERE id = ?", body, id);
        }
        int stored = execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                id, transaction, epoch, version, type, body);
        if (stored == 0) {
            say("duplicate " + id);
            return false;
        }
        Place now = new Place(epoch, version, data.get("status").asText());
        Optional<Place> before = latest(transaction);
        if (before.isPresent() && now.isBefore(before.get())) {
            say("older " + type + " " + transaction + " " + version);
            return false;
        }
        execute(
                "INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?)",
                transaction, epoch, version, now.status());
        say("event " + type + " " + transaction + " " + version);
        if (type.equals("transaction.conflict")) {
            say("look at " + transaction + ": Proof contradicts itself");
        } else if (now.isCompleted()
                && data.get("confirmed").asBoolean()
                && before.filter(Place::isCompleted).isEmpty()) {
            pay(transaction, data);
        }
        return before.map(now::isBeyondNextOf).orElse(version > 1);
    }

    private record Place(long epoch, int version, String status) {

        boolean isCompleted() {
            return status.equals("completed");
        }

        boolean isBefore(Place other) {
            return epoch < other.epoch || epoch == other.epoch && version < other.version;
        }

        boolean isBeyondNextOf(Place other) {
            return epoch > other.epoch || version > other.version + 1;
        }
    }

    /** The reference is a claim of the user's browser: it counts only if all that we know of the order agrees. */
    private void pay(String transaction, JsonNode data) throws SQLException {
        String reference = data.path("reference").asText("none");
        Optional<String> wrong = difference(orders.path(reference), data);
        if (wrong.isPresent()) {
            say("mismatch " + reference + " " + transaction + ": " + wrong.get());
            return;
        }
        execute("INSERT INTO paid_order VALUES (?, ?) ON CONFLICT (reference) DO NOTHING", reference, transaction);
        boolean ours = text("SELECT transaction_id FROM paid_order WHERE reference = ?", reference)
                .filter(transaction::equals)
                .isPresent();
        say(
                ours
                        ? "paid " + reference + " " + transaction
                        : "paid twice " + reference + " " + transaction + ": give it back");
    }

    private Optional<String> difference(JsonNode order, JsonNode data) {
        if (order.isMissingNode()) {
            return Optional.of("no such order");
        }
        if (data.path("livemode").asBoolean() != livemode) {
            return Optional.of("livemode");
        }
        for (String field : new String[] {"user_id", "type", "currency"}) {
            if (!data.path(field).equals(order.path(field))) {
                return Optional.of(field);
            }
        }
        String requested = data.path("requested_amount").asText("0");
        return new BigDecimal(requested).compareTo(new BigDecimal(order.path("amount").asText())) == 0
                ? Optional.empty()
                : Optional.of("requested_amount");
    }

    // --- the feed

    /** Reads everything after the last place. What it has already is a duplicate and changes nothing. */
    private void catchUp(String why) {
        feedReader.execute(() -> {
            say("feed: " + why);
            try {
                while (token != null && readPage() > 0) {}
            } catch (Exception failure) {
                say("feed failed: " + feed + ": " + failure); // the next gap or the next start reads on
            }
        });
    }

    private int readPage() throws IOException, InterruptedException, SQLException {
        String query = cursor()
                .map(cursor -> "?after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8))
                .orElse("");
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(feed + query))
                        .header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode page = MAPPER.readTree(answer.body());
        if (answer.statusCode() == 410) {
            // cursor-expired: we were away for longer than events are kept. cursor-lost: the database was restored.
            // Nothing is skipped silently: read all that there is, and compare what was open meanwhile by hand.
            say("feed: " + page.path("type").asText() + "; reading from the start");
            keepCursor(null);
            return 1;
        }
        if (answer.statusCode() != 200) {
            throw new IOException("Rampgate answered " + answer.statusCode());
        }
        for (JsonNode event : page.get("events")) {
            String id = ((ObjectNode) event).remove("id").asText();
            take(id, event, event.toString());
        }
        keepCursor(page.get("next").asText()); // after its events, never before
        return page.get("events").size();
    }

    private synchronized Optional<String> cursor() throws SQLException {
        return text("SELECT cursor FROM feed");
    }

    private synchronized void keepCursor(String cursor) throws SQLException {
        if (cursor == null) {
            execute("DELETE FROM feed");
        } else {
            execute("INSERT OR REPLACE INTO feed VALUES (1, ?)", cursor);
        }
        database.commit();
    }

    // --- SQL

    private int execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(sql, values)) {
            statement.execute();
            return statement.getUpdateCount();
        }
    }

    private Optional<String> text(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(sql, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
        }
    }

    private Optional<Place> latest(String transaction) throws SQLException {
        try (PreparedStatement statement =
                        prepared("SELECT epoch, version, status FROM latest WHERE transaction_id = ?", transaction);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(new Place(rows.getLong(1), rows.getInt(2), rows.getString(3))) : Optional.empty();
        }
    }

    private PreparedStatement prepared(String sql, Object... values) throws SQLException {
        PreparedStatement statement = database.prepareStatement(sql);
        for (int at = 0; at < values.length; at++) {
            statement.setObject(at + 1, values[at]);
        }
        return statement;
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
