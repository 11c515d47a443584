package dev.rampgate.support;

import static org.awaitility.Awaitility.await;

import io.quarkus.bootstrap.resolver.maven.BootstrapMavenException;
import io.quarkus.bootstrap.resolver.maven.MavenArtifactResolver;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.AppInfoParser;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.graph.DependencyNode;
import org.eclipse.aether.util.graph.visitor.PreorderNodeListGenerator;

/**
 * A Kafka broker of the client's version as a process of its own, broker and controller in one. Its jars come from the Maven repository and
 * never onto the class path of the application or its tests. It keeps its ports and its log when it is killed and started again.
 */
public final class KafkaBroker implements AutoCloseable {

    /** Authenticated by {@code PLAIN} over TLS, on the second port. */
    public static final String USER = "rampgate";

    public static final String PASSWORD = "kafka-canary \"quoted\" \\ back";

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int PARTITIONS = 4;
    /** Kept, since the log manager forgets what is not. The client would print all its properties each time. */
    private static final java.util.logging.Logger CLIENT = java.util.logging.Logger.getLogger("org.apache.kafka");

    private static String classPath;

    private final Path directory;
    private final Path settings;
    private final int port = ProofAndDatabase.freePort();
    private final int securePort = ProofAndDatabase.freePort();
    private final Certificates certificates;
    private Process process;

    private KafkaBroker(int advertisedPort) {
        CLIENT.setLevel(java.util.logging.Level.SEVERE);
        try {
            this.directory = Files.createTempDirectory("kafka-");
            this.certificates = Certificates.selfSigned(directory, "broker");
            this.settings = directory.resolve("server.properties");
            Properties properties = new Properties();
            properties.putAll(settings(advertisedPort == 0 ? port : advertisedPort));
            try (var out = Files.newBufferedWriter(settings)) {
                properties.store(out, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts one and waits until it answers. */
    public static KafkaBroker start() {
        return start(0);
    }

    /** @param advertisedPort where clients find it, for a proxy in front; 0 for its own port */
    public static KafkaBroker start(int advertisedPort) {
        KafkaBroker broker = new KafkaBroker(advertisedPort);
        broker.run(
                "kafka.tools.StorageTool",
                "format",
                "-t",
                Uuid.randomUuid().toString(),
                "-c",
                broker.settings.toString());
        broker.launch();
        broker.awaitReady();
        return broker;
    }

    private Map<String, String> settings(int advertisedPort) throws IOException {
        int controller = ProofAndDatabase.freePort();
        Map<String, String> all = new HashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put("controller.quorum.voters", "1@localhost:" + controller);
        all.put("controller.listener.names", "CONTROLLER");
        all.put(
                "listeners",
                "PLAIN://localhost:%d,SECURE://localhost:%d,CONTROLLER://localhost:%d"
                        .formatted(port, securePort, controller));
        all.put(
                "advertised.listeners",
                "PLAIN://localhost:%d,SECURE://localhost:%d".formatted(advertisedPort, securePort));
        all.put("listener.security.protocol.map", "PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT");
        all.put("inter.broker.listener.name", "PLAIN");
        all.put("sasl.enabled.mechanisms", "PLAIN");
        all.put(
                "listener.name.secure.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
                        .formatted(USER, PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"")));
        all.put("ssl.keystore.type", "PEM");
        all.put("ssl.keystore.certificate.chain", Files.readString(certificates.certificate()));
        all.put("ssl.keystore.key", Files.readString(certificates.key()));
        all.put("log.dirs", directory.resolve("log").toString());
        all.put("offsets.topic.replication.factor", "1");
        all.put("offsets.topic.num.partitions", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "4");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("num.partitions", Integer.toString(PARTITIONS));
        all.put("auto.create.topics.enable", "false");
        return all;
    }

    public String address() {
        return "localhost:" + port;
    }

    public int port() {
        return port;
    }

    /** Where {@link #USER} is needed. */
    public String secureAddress() {
        return "localhost:" + securePort;
    }

    /** The certificate that it shows there. */
    public Path certificate() {
        return certificates.certificate();
    }

    // --- its process

    /** Starts it again, without waiting. */
    public void launch() {
        process = process("kafka.Kafka", settings.toString());
    }

    public void awaitReady() {
        try (Admin admin = admin()) {
            await("the broker answers").atMost(LIMIT).until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the broker ended:\n" + log());
                }
                try {
                    return admin.describeCluster()
                                    .nodes()
                                    .get(2, TimeUnit.SECONDS)
                                    .size()
                            == 1;
                } catch (ExecutionException | java.util.concurrent.TimeoutException notYet) {
                    return false;
                }
            });
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        await("its end").atMost(LIMIT).until(() -> !process.isAlive());
    }

    /** SIGTERM, and its end. */
    public void terminate() {
        process.destroy();
        await("its end").atMost(LIMIT).until(() -> !process.isAlive());
    }

    /** SIGSTOP: connections stay open, and nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(String... command) {
        Process done = process(command);
        await(command[0]).atMost(LIMIT).until(() -> !done.isAlive());
        if (done.exitValue() != 0) {
            throw new IllegalStateException(command[0] + " failed:\n" + log());
        }
    }

    private Process process(String... command) {
        List<String> whole = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath()));
        whole.addAll(List.of(command));
        try {
            return new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("printed").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("printed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resolved as Maven would, with its settings: downloaded at most once on a machine. */
    private static synchronized String classPath() {
        if (classPath == null) {
            try {
                MavenArtifactResolver maven = MavenArtifactResolver.builder()
                        .setWorkspaceDiscovery(false)
                        .build();
                DependencyNode root = maven.resolveDependencies(
                                new DefaultArtifact("org.apache.kafka:kafka_2.13:" + AppInfoParser.getVersion()),
                                List.of())
                        .getRoot();
                PreorderNodeListGenerator nodes = new PreorderNodeListGenerator();
                root.accept(nodes);
                classPath =
                        nodes.getFiles().stream().map(File::getPath).collect(Collectors.joining(File.pathSeparator));
            } catch (BootstrapMavenException e) {
                throw new IllegalStateException("the broker's jars could not be resolved", e);
            }
        }
        return classPath;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await("its end").atMost(LIMIT).until(() -> !process.isAlive());
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- what is in it

    public Admin admin() {
        return Admin.create(Map.<String, Object>of("bootstrap.servers", address(), "default.api.timeout.ms", "60000"));
    }

    /** Makes a topic with several partitions. */
    public void create(String topic) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a consumer of committed messages gets so far, each partition in its order; it begins anew each time. */
    public List<ConsumerRecord<String, byte[]>> committed(String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", address(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "auto.offset.reset", "earliest");
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = new TreeMap<>(java.util.Comparator.comparing(TopicPartition::partition));
            ends.putAll(consumer.endOffsets(partitions));
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
