package dev.rampgate.outbox.kafka;

import dev.rampgate.outbox.kafka.KafkaSettings.SecurityProtocol;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.ByteOrderMark;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The properties of Kafka's producer, made of the settings and of the files that they name. The files are read each time, so that a
 * producer that is opened after a rotation has the new secrets. Messages name settings and properties, never values.
 */
final class KafkaProperties {

    private static final String PREFIX = "rampgate.outbox.kafka.";

    private static final long LARGEST_FILE = 256 * 1024;

    private static final Pattern BROKER = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}\\z)[A-Za-z0-9._-]{1,249}");
    private static final Pattern TRANSACTIONAL_ID = Pattern.compile("[\\x21-\\x7e]{1,249}");
    private static final Set<String> MECHANISMS = Set.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");

    /**
     * What makes events arrive once acknowledged, in order and fenced. One request at a time on each connection: the next version of a
     * transaction is sent after the broker has acknowledged the one before.
     */
    private static final Map<String, Object> FIXED = Map.ofEntries(
            Map.entry("acks", "all"),
            Map.entry("enable.idempotence", "true"),
            Map.entry("max.in.flight.requests.per.connection", "1"),
            Map.entry("retries", Integer.toString(Integer.MAX_VALUE)),
            Map.entry("linger.ms", "0"),
            Map.entry("delivery.timeout.ms", "45000"),
            Map.entry("transaction.timeout.ms", "60000"),
            Map.entry("buffer.memory", Integer.toString(8 * 1024 * 1024)),
            // Its reports are compressed as the broker likes, and so by code that the native executable does not have.
            Map.entry("enable.metrics.push", "false"),
            Map.entry("key.serializer", "org.apache.kafka.common.serialization.StringSerializer"),
            Map.entry("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"));

    private static final String COMPRESSION = "compression.type";

    /** The file of client properties may change these. */
    private static final Map<String, Object> USUAL = Map.of(
            "client.id",
            "rampgate",
            "request.timeout.ms",
            "15000",
            "max.block.ms",
            "30000",
            "metric.reporters",
            "",
            COMPRESSION,
            "none");

    /** The others are native code, which the native executable does not have. */
    private static final Set<String> COMPRESSIONS = Set.of("none", "gzip");

    private static final Set<String> OURS = Set.of("bootstrap.servers", "transactional.id");

    private final KafkaSettings settings;

    private KafkaProperties(KafkaSettings settings) {
        this.settings = settings;
    }

    /** @throws ConfigurationException naming the setting that cannot be used */
    static Map<String, Object> of(KafkaSettings settings) {
        return new KafkaProperties(settings).properties();
    }

    private Map<String, Object> properties() {
        checkNames();
        Map<String, Object> security = security();
        Map<String, Object> all = new HashMap<>(USUAL);
        settings.clientPropertiesFile().ifPresent(file -> all.putAll(fromFile(file, security)));
        all.putAll(security);
        all.putAll(FIXED);
        all.put("bootstrap.servers", brokers());
        all.put("transactional.id", transactionalId());
        return all;
    }

    private void checkNames() {
        if (!TOPIC.matcher(settings.topic()).matches()) {
            throw wrong("topic", "must be a name of 1 to 249 letters, digits, dots, underscores and hyphens");
        }
        try {
            if (new URI(settings.source()).toString().isEmpty()) {
                throw wrong("source", "must not be empty");
            }
        } catch (URISyntaxException noUri) {
            throw wrong("source", "must be a URI reference, such as /rampgate");
        }
    }

    private String brokers() {
        String brokers = settings.bootstrapServers().orElseThrow();
        for (String broker : brokers.split(",", -1)) {
            var matcher = BROKER.matcher(broker.strip());
            if (!matcher.matches() || AsciiNumber.toInt(matcher.group(1)) > 65_535) {
                throw wrong("bootstrap-servers", "must be brokers with their ports, such as kafka-1:9092,kafka-2:9092");
            }
        }
        return brokers;
    }

    private String transactionalId() {
        String id = settings.transactionalId().orElse("rampgate.outbox." + settings.topic());
        if (settings.transactionalId().isPresent()
                && !TRANSACTIONAL_ID.matcher(id).matches()) {
            throw wrong("transactional-id", "must be 1 to 249 visible ASCII characters");
        }
        return id;
    }

    // --- security

    private Map<String, Object> security() {
        Map<String, Object> security = new HashMap<>();
        settings.securityProtocol().ifPresent(protocol -> security.put("security.protocol", protocol.name()));
        sasl(security);
        tls(security);
        return security;
    }

    private boolean isPresentAndNot(SecurityProtocol one, SecurityProtocol other) {
        Optional<SecurityProtocol> protocol = settings.securityProtocol();
        return protocol.isPresent() && protocol.get() != one && protocol.get() != other;
    }

    private void sasl(Map<String, Object> security) {
        Optional<String> mechanism = settings.saslMechanism();
        if (settings.username().isPresent() != settings.password().isPresent()
                || settings.username().isPresent() != mechanism.isPresent()) {
            throw wrong("sasl-mechanism", "needs username and password, and they need it; set all three or none");
        }
        if (mechanism.isEmpty()) {
            return;
        }
        if (isPresentAndNot(SecurityProtocol.SASL_SSL, SecurityProtocol.SASL_PLAINTEXT)) {
            throw wrong("security-protocol", "must be sasl-ssl or sasl-plaintext if there is a user");
        }
        if (!MECHANISMS.contains(mechanism.get())) {
            throw wrong(
                    "sasl-mechanism",
                    "must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; others need " + PREFIX + "client-properties-file");
        }
        String module = mechanism.get().equals("PLAIN")
                ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                : "org.apache.kafka.common.security.scram.ScramLoginModule";
        security.put("sasl.mechanism", mechanism.get());
        security.put(
                "sasl.jaas.config",
                module + " required username="
                        + quoted("username", settings.username().get()) + " password="
                        + quoted("password", settings.password().get()) + ";");
    }

    /** As Kafka reads a value of {@code sasl.jaas.config}: a text in quotes, with the escapes of C. */
    private static String quoted(String setting, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw wrong(setting, "must not have control characters");
        }
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private void tls(Map<String, Object> security) {
        boolean client = settings.certificateFile().isPresent();
        if (client != settings.keyFile().isPresent()) {
            throw wrong("certificate-file", "and key-file belong together; set both or neither");
        }
        if ((client || settings.caFile().isPresent())
                && isPresentAndNot(SecurityProtocol.SSL, SecurityProtocol.SASL_SSL)) {
            throw wrong("security-protocol", "must be ssl or sasl-ssl if there are certificates");
        }
        settings.caFile().ifPresent(file -> {
            security.put("ssl.truststore.type", "PEM");
            security.put("ssl.truststore.certificates", pem("ca-file", file, "-----BEGIN CERTIFICATE-----"));
        });
        if (client) {
            security.put("ssl.keystore.type", "PEM");
            security.put(
                    "ssl.keystore.certificate.chain",
                    pem("certificate-file", settings.certificateFile().get(), "-----BEGIN CERTIFICATE-----"));
            security.put(
                    "ssl.keystore.key",
                    pem("key-file", settings.keyFile().orElseThrow(), "-----BEGIN PRIVATE KEY-----"));
        }
    }

    // --- files

    private static String pem(String setting, String file, String start) {
        String text = text(setting, file);
        if (!text.contains(start)) {
            throw wrong(setting, "names a file without " + start);
        }
        return text;
    }

    private static Map<String, Object> fromFile(String file, Map<String, Object> security) {
        Properties read = new Properties();
        try {
            read.load(new StringReader(text("client-properties-file", file)));
        } catch (IOException | IllegalArgumentException malformed) {
            throw wrong("client-properties-file", "names a file that is not in the form of Java properties");
        }
        Map<String, Object> properties = new HashMap<>();
        Set<String> refused = new TreeSet<>();
        read.stringPropertyNames().forEach(name -> {
            properties.put(name, read.getProperty(name));
            if (FIXED.containsKey(name) || OURS.contains(name) || security.containsKey(name)) {
                refused.add(name);
            }
        });
        if (!refused.isEmpty()) {
            throw wrong(
                    "client-properties-file",
                    "must not have " + String.join(", ", refused) + ", which Rampgate or another setting sets");
        }
        checkCompression(properties);
        return properties;
    }

    private static void checkCompression(Map<String, Object> properties) {
        Object compression = properties.getOrDefault(COMPRESSION, "none");
        if (!COMPRESSIONS.contains(compression.toString().strip())) {
            throw wrong("client-properties-file", "must have none or gzip as its " + COMPRESSION);
        }
    }

    private static String text(String setting, String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > LARGEST_FILE) {
                throw wrong(setting, "names a file of more than " + LARGEST_FILE + " bytes");
            }
            return ByteOrderMark.strippedFrom(Files.readString(path));
        } catch (IOException | IllegalArgumentException unreadable) {
            throw wrong(
                    setting,
                    "names a file that cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
    }

    static ConfigurationException wrong(String setting, String problem) {
        String name = PREFIX + setting;
        String variable =
                name.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_');
        return new ConfigurationException(name + " (" + variable + ") " + problem, Set.of(name));
    }
}
