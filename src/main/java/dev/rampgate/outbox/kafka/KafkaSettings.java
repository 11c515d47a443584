package dev.rampgate.outbox.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Events as messages of a Kafka topic. Off unless {@code bootstrap-servers} is set. */
@ConfigMapping(prefix = "rampgate.outbox.kafka")
public interface KafkaSettings {

    /** How connections to the brokers are secured, as Kafka names it. */
    enum SecurityProtocol {
        /** Neither encrypted nor authenticated. */
        PLAINTEXT,
        /** Encrypted by TLS; a client certificate is optional. */
        SSL,
        /** Authenticated and not encrypted: passwords of {@code PLAIN} can be read on the way. */
        SASL_PLAINTEXT,
        /** Authenticated, and encrypted by TLS. */
        SASL_SSL
    }

    /**
     * The brokers to connect to first, each {@code host:port}, with commas between them. Kafka is off without it: there is no thread
     * and no connection. Unit: addresses. Default: none.
     */
    Optional<String> bootstrapServers();

    /**
     * The topic. A topic that was not configured before gets the events from now on; one that was continues where it ended.
     * Unit: name. Default: {@code rampgate.events}.
     */
    @WithDefault("rampgate.events")
    String topic();

    /**
     * The {@code transactional.id} of the producer, by which Kafka fences a replica that was replaced. All replicas need the same, and
     * no other application may use it. Unit: name. Default: none, it is {@code rampgate.outbox.} and the topic.
     */
    Optional<String> transactionalId();

    /** The header {@code ce_source} of each message. Unit: URI reference. Default: {@code /rampgate}. */
    @WithDefault("/rampgate")
    String source();

    /**
     * How connections are secured: {@code plaintext}, {@code ssl}, {@code sasl-plaintext} or {@code sasl-ssl}. Unit: protocol.
     * Default: none, it is {@code plaintext} unless {@link #clientPropertiesFile()} says otherwise.
     */
    Optional<SecurityProtocol> securityProtocol();

    /**
     * How the user is authenticated: {@code PLAIN}, {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}. Others need
     * {@link #clientPropertiesFile()}. Unit: mechanism. Default: none.
     */
    Optional<String> saslMechanism();

    /** The user for {@link #saslMechanism()}. Unit: text. Default: none. */
    Optional<String> username();

    /** The password of this user. Unit: text. Default: none. */
    Optional<String> password();

    /**
     * A PEM file with the authorities that sign the brokers' certificates. Unit: path. Default: none, those of the Java runtime or of the
     * native executable.
     */
    Optional<String> caFile();

    /** A PEM file with a client certificate and its chain. Unit: path. Default: none. */
    Optional<String> certificateFile();

    /** A PEM file with the private key of the client certificate, PKCS #8 and not encrypted. Unit: path. Default: none. */
    Optional<String> keyFile();

    /**
     * A file of Kafka's own client properties, as its command line tools take it by {@code --command-config}, for all that has no
     * setting here: Kerberos, OAuth, key stores. It may hold secrets. What Rampgate sets itself is refused. Unit: path. Default: none.
     */
    Optional<String> clientPropertiesFile();
}
