package dev.rampgate.outbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.support.Certificates;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaPropertiesTest {

    private static final String PASSWORD = "kafka-canary-0002";

    @TempDir
    Path directory;

    @Test
    void withoutFurtherSettingsTheyMakeAFencedProducerWithOneRequestInFlight() {
        assertThat(of(Map.of()))
                .containsEntry("bootstrap.servers", "kafka-1:9092,[::1]:9093")
                .containsEntry("transactional.id", "rampgate.outbox.events")
                .containsEntry("acks", "all")
                .containsEntry("max.in.flight.requests.per.connection", "1");
        assertThat(EventProducer.check(settings(Map.of()))).isEmpty();
    }

    @Test
    void userAndPasswordAreQuotedAsKafkaReadsThem() {
        Map<String, Object> properties = of(Map.of(
                "security-protocol", "sasl-ssl",
                "sasl-mechanism", "SCRAM-SHA-512",
                "username", "shop",
                "password", "a\"b\\c;d"));

        assertThat(properties)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"shop\""
                                + " password=\"a\\\"b\\\\c;d\";");
    }

    @Test
    void certificatesAreReadFromTheirFilesEachTime() throws IOException {
        Certificates made = Certificates.selfSigned(directory, "client");
        Map<String, String> more = Map.of(
                "security-protocol",
                "ssl",
                "ca-file",
                made.certificate().toString(),
                "certificate-file",
                made.certificate().toString(),
                "key-file",
                made.key().toString());

        assertThat(of(more))
                .containsEntry("ssl.truststore.certificates", Files.readString(made.certificate()))
                .containsEntry("ssl.keystore.key", Files.readString(made.key()));
        assertThat(EventProducer.check(settings(more))).isEmpty();

        Files.delete(made.key());
        assertRefused(more, "key-file", "NoSuchFileException");
    }

    @Test
    void kafkasOwnPropertiesAreHandedOnAndUnknownOnesReported() throws IOException {
        Map<String, String> file = file("""
                security.protocol=SASL_SSL
                sasl.mechanism=GSSAPI
                sasl.kerberos.service.name=kafka
                client.id=ramp
                compression.type=gzip
                sasl.mechansim=PLAIN
                """);

        assertThat(of(file))
                .containsEntry("sasl.mechanism", "GSSAPI")
                .containsEntry("client.id", "ramp")
                .containsEntry("compression.type", "gzip")
                .containsEntry("acks", "all");
        assertThat(EventProducer.check(settings(file))).containsExactly("sasl.mechansim");
    }

    @Test
    void whatCannotBeUsedIsRefusedByNameWithoutItsValue() throws IOException {
        assertRefused(Map.of("bootstrap-servers", "kafka"), "bootstrap-servers", "kafka-1:9092");
        assertRefused(Map.of("bootstrap-servers", "kafka:99999"), "bootstrap-servers", "ports");
        assertRefused(Map.of("bootstrap-servers", "a:1,,b:2"), "bootstrap-servers", "ports");
        assertRefused(Map.of("topic", "with space"), "topic", "letters");
        assertRefused(Map.of("topic", ".."), "topic", "letters");
        assertRefused(Map.of("source", "not a uri"), "source", "URI");
        assertRefused(Map.of("transactional-id", "with space"), "transactional-id", "visible");
        assertRefused(Map.of("username", "shop"), "sasl-mechanism", "all three");
        assertRefused(Map.of("username", "shop", "password", PASSWORD), "sasl-mechanism", "all three");
        assertRefused(
                Map.of("username", "shop", "password", PASSWORD, "sasl-mechanism", "KERBEROS"),
                "sasl-mechanism",
                "client-properties-file");
        assertRefused(
                Map.of("username", "a\nb", "password", PASSWORD, "sasl-mechanism", "PLAIN"), "username", "control");
        assertRefused(
                Map.of("username", "shop", "password", PASSWORD, "sasl-mechanism", "PLAIN", "security-protocol", "ssl"),
                "security-protocol",
                "sasl-ssl");
        assertRefused(Map.of("ca-file", "/nowhere"), "ca-file", "NoSuchFileException");
        assertRefused(Map.of("ca-file", write("empty.pem", "")), "ca-file", "BEGIN CERTIFICATE");
        assertRefused(Map.of("certificate-file", "/nowhere"), "certificate-file", "both");
        assertRefused(Map.of("ca-file", "/nowhere", "security-protocol", "plaintext"), "security-protocol", "sasl-ssl");
        assertRefused(Map.of("client-properties-file", "/nowhere"), "client-properties-file", "NoSuchFileException");
        assertRefused(file("a=\\u12"), "client-properties-file", "Java properties");
        assertRefused(file("a=" + "x".repeat(300_000)), "client-properties-file", "bytes");
        assertRefused(file("acks=1\ntransactional.id=x"), "client-properties-file", "acks, transactional.id");
        assertRefused(file("enable.metrics.push=true"), "client-properties-file", "enable.metrics.push");
        for (String compression : List.of("snappy", "lz4", "zstd", "unknown")) {
            assertRefused(file("compression.type=" + compression), "client-properties-file", "none or gzip");
        }
    }

    @Test
    void whatKafkaRefusesIsReportedByTheNameOfItsProperty() throws IOException {
        Map<String, String> file = file("security.protocol=" + PASSWORD);

        assertThatThrownBy(() -> EventProducer.check(settings(file)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("client-properties-file")
                .hasMessageContaining("security.protocol")
                .hasMessageNotContaining(PASSWORD);
    }

    private static void assertRefused(Map<String, String> more, String setting, String problem) {
        assertThatThrownBy(() -> of(more))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("rampgate.outbox.kafka." + setting)
                .hasMessageContaining(problem)
                .hasMessageNotContaining(PASSWORD);
    }

    private Map<String, String> file(String text) throws IOException {
        return Map.of("client-properties-file", write("client.properties", text));
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static Map<String, Object> of(Map<String, String> more) {
        return KafkaProperties.of(settings(more));
    }

    private static KafkaSettings settings(Map<String, String> more) {
        return TestKafkaSettings.of("kafka-1:9092,[::1]:9093", "events", more);
    }
}
