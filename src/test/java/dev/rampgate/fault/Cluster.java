package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.packaged.PackagedRampgate;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Replicas of the packaged artifact on one database, and a simulated Proof in which nothing happens by itself. Leases are
 * short, so that hand-over shows soon; nothing limits sessions.
 */
final class Cluster implements AutoCloseable {

    static final String WEBHOOK_KEY = "webhook-key-of-fault-tests";
    static final String OPERATOR_TOKEN = "operate-token-of-fault-tests";

    /** Of an actor of the role operator. */
    static final String NIGHT_TOKEN = "night-token-of-fault-tests";

    static final Duration LEASE = Duration.ofSeconds(2);
    static final Duration SOCKET_INTERVAL = Duration.ofMillis(500);

    /** More than the longest test opens. */
    private static final int TRANSACTIONS = 1_000_000;

    private static final String CLIENT_TOKEN = "client-token-of-fault-tests";
    private static final String GATEWAY_SECRET = "gateway-secret-of-fault-tests";
    private static final Pattern ANNOUNCEMENT = Pattern.compile(
            "\"timestamp\":\"([^\"]+)\".*Transaction (\\S+) is [a-z]+ \\(attempt \\d+, sequence (\\d+), by");

    private final TestDatabase database;
    private final ProofSimulator proof;
    private final LedgerTables ledger;
    private final List<ReplicaProcess> replicas;
    private final Path tokens;
    private final Path nightTokens;

    /** @param settings what differs from the defaults of these tests, as environment variables */
    Cluster(TestDatabase database, int size, Map<String, String> settings) {
        this(database, size, settings, null);
    }

    /** @param application another build's artifact, of which the replicas are at first; null for this build's */
    Cluster(TestDatabase database, int size, Map<String, String> settings, Path application) {
        this(database, size, replica -> settings, application);
    }

    /** @param settings of each replica, by its number from 0 */
    Cluster(TestDatabase database, int size, IntFunction<Map<String, String>> settings) {
        this(database, size, settings, null);
    }

    private Cluster(TestDatabase database, int size, IntFunction<Map<String, String>> settings, Path application) {
        this.database = database;
        this.ledger = new LedgerTables(database.jdbcUrl());
        this.tokens = written(OPERATOR_TOKEN);
        this.nightTokens = written(NIGHT_TOKEN);
        this.proof = ProofSimulator.started(SimulatorSettings.builder()
                .clientToken(CLIENT_TOKEN)
                .life(LifeMode.MANUAL, 1)
                .transactionLimit(TRANSACTIONS)
                .build());
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.putAll(PackagedRampgate.SHUTDOWN_DELAY);
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", CLIENT_TOKEN);
        environment.put("RAMPGATE_PROOF_ATTEMPT_TIMEOUT", "1s");
        environment.put("RAMPGATE_WEBHOOK_KEYS", WEBHOOK_KEY);
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_ROLE", "service");
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_TOKEN_FILE", tokens.toString());
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_ROLE", "operator");
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_TOKEN_FILE", nightTokens.toString());
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", GATEWAY_SECRET);
        environment.put("RAMPGATE_SESSION_LIMITS_USER", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_UNFINISHED", "0");
        environment.put("RAMPGATE_POLL_LEASE", LEASE.toMillis() + "ms");
        environment.put("RAMPGATE_SOCKET_LEASE", LEASE.toMillis() + "ms");
        environment.put("RAMPGATE_SOCKET_INTERVAL", SOCKET_INTERVAL.toMillis() + "ms");
        this.replicas = IntStream.range(0, size)
                .mapToObj(replica -> {
                    Map<String, String> own = new HashMap<>(environment);
                    own.putAll(settings.apply(replica));
                    return new ReplicaProcess(own);
                })
                .toList();
        replicas.forEach(replica -> replica.becomes(application));
        try {
            startAll();
        } catch (RuntimeException notStarted) {
            replicas.forEach(ReplicaProcess::close);
            throw notStarted;
        }
    }

    private static Path written(String token) {
        try {
            return Files.writeString(Files.createTempFile("rampgate-token-", ".txt"), token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What must stand in no log. */
    static List<String> secrets() {
        return List.of(WEBHOOK_KEY, OPERATOR_TOKEN, NIGHT_TOKEN, CLIENT_TOKEN, GATEWAY_SECRET);
    }

    static Cluster start(int size, Map<String, String> settings) {
        return new Cluster(TestDatabase.start(), size, settings);
    }

    void startAll() {
        replicas.forEach(ReplicaProcess::launch);
        replicas.forEach(ReplicaProcess::awaitReady);
    }

    ProofSimulator proof() {
        return proof;
    }

    LedgerTables ledger() {
        return ledger;
    }

    List<ReplicaProcess> replicas() {
        return replicas;
    }

    /** One that a load balancer would choose. */
    ReplicaProcess anyReady(Random random) {
        List<ReplicaProcess> ready =
                replicas.stream().filter(ReplicaProcess::isReady).toList();
        return ready.isEmpty() ? replicas.get(0) : ready.get(random.nextInt(ready.size()));
    }

    /** A call of the user by which a replica that is ready opens a session. */
    HttpRequest sessionCall(String userId, Random random) {
        return HttpRequest.newBuilder(URI.create(anyReady(random).url("/session")))
                .timeout(Duration.ofSeconds(20))
                .headers(signedIn(userId))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}
                        """))
                .build();
    }

    /** Headers by which the company's gateway signs a user in. */
    static String[] signedIn(String userId) {
        return new String[] {
            "X-User-Id", userId, "X-User-Email", userId + "@example.test", "X-Gateway-Secret", GATEWAY_SECRET
        };
    }

    /** Transactions at Proof that no session call opened. */
    List<String> openAtProof(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> proof.open(SessionOrder.buy("cust-" + i, "USDC", "ERC20", "42.75"))
                        .id())
                .toList();
    }

    /** Waits until the ledger says of each transaction what Proof says. */
    void awaitTruth(Duration limit, Collection<String> ids) {
        await("the ledger equals Proof's")
                .atMost(limit)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() ->
                        assertThat(Truth.statusDifferences(proof, ledger, ids)).isEmpty());
    }

    /** Locks that were taken in different orders cost a second each, and what is behind them. */
    void assertNoDeadlock() {
        assertThat(ledger.count("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
                .as("deadlocks in the database")
                .isZero();
    }

    /** Waits until the archive has each of these webhooks. */
    void awaitArchived(Duration limit, List<Sent> acknowledged) {
        await("what was acknowledged is in the archive").atMost(limit).untilAsserted(() -> assertThat(
                        Truth.notArchived(ledger, acknowledged))
                .isEmpty());
    }

    /** {@code 1.0} of each replica for which the database is away, {@code 0.0} of the others. */
    List<String> databaseAway() {
        return replicas.stream()
                .map(replica -> replica.metrics("rampgate_database_away")
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** How long it takes until the database is away for no replica. */
    Duration awaitDatabaseBack(Duration limit) {
        Instant begun = Instant.now();
        await("it is back").atMost(limit).pollInterval(Duration.ofMillis(100)).until(() -> databaseAway().stream()
                .allMatch("0.0"::equals));
        return Duration.between(begun, Instant.now());
    }

    /** How often each transition (transaction and sequence) was announced in the logs of all replicas, dead ones too. */
    Map<String, Long> announcements() {
        return announced().collect(Collectors.groupingBy(Announced::transition, Collectors.counting()));
    }

    /** When each transition was announced first, which is right after its commit. */
    Map<String, Instant> announcedAt() {
        return announced()
                .collect(Collectors.toMap(
                        Announced::transition, Announced::at, (one, other) -> one.isBefore(other) ? one : other));
    }

    private record Announced(String transition, Instant at) {}

    private Stream<Announced> announced() {
        return replicas.stream()
                .flatMap(ReplicaProcess::logs)
                .flatMap(String::lines)
                .map(ANNOUNCEMENT::matcher)
                .filter(Matcher::find)
                .map(found -> new Announced(
                        found.group(2) + " " + found.group(3),
                        OffsetDateTime.parse(found.group(1)).toInstant()));
    }

    @Override
    public void close() throws Exception {
        // At once, since each serves on for the delay of its shutdown.
        replicas.parallelStream().forEach(ReplicaProcess::close);
        proof.close();
        ledger.close();
        database.close();
        Files.deleteIfExists(tokens);
        Files.deleteIfExists(nightTokens);
    }
}
