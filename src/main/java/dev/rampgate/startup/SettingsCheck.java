package dev.rampgate.startup;

import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.channel.webhook.WebhookSettings;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.database.DatabaseTls;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.outbox.kafka.KafkaSettings;
import dev.rampgate.privacy.ErasureLedgerSettings;
import dev.rampgate.session.SessionSettings;
import dev.rampgate.session.handoff.HandOffSettings;
import dev.rampgate.settings.EnvironmentName;
import dev.rampgate.telemetry.TracingSettings;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Checks the settings before anything uses them: warns of names that no setting has, fails startup with all settings that are
 * missing, out of their bounds or contradict each other, and logs what is off.
 */
@ApplicationScoped
class SettingsCheck {

    private static final Logger LOG = Logger.getLogger(SettingsCheck.class);

    /** All checks at the default priority have passed. */
    private static final int AFTER_CHECKS = 4_000;

    private final BeanManager beans;
    private final MissingSettings missing;
    private final WebhookSettings webhook;
    private final SocketSettings socket;
    private final LiveSettings live;
    private final SessionSettings session;
    private final HandOffSettings handOff;
    private final DatabaseSettings database;
    private final TracingSettings tracing;
    private final OutboxSettings outbox;
    private final KafkaSettings kafka;
    private final ErasureLedgerSettings erasureLedger;
    private final String command;

    SettingsCheck(
            BeanManager beans,
            MissingSettings missing,
            WebhookSettings webhook,
            SocketSettings socket,
            LiveSettings live,
            SessionSettings session,
            HandOffSettings handOff,
            DatabaseSettings database,
            TracingSettings tracing,
            OutboxSettings outbox,
            KafkaSettings kafka,
            ErasureLedgerSettings erasureLedger,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command) {
        this.beans = beans;
        this.missing = missing;
        this.webhook = webhook;
        this.socket = socket;
        this.live = live;
        this.session = session;
        this.handOff = handOff;
        this.database = database;
        this.tracing = tracing;
        this.outbox = outbox;
        this.kafka = kafka;
        this.erasureLedger = erasureLedger;
        this.command = command;
    }

    /** Runs before all other observers of startup. */
    void checkAll(@Observes @Priority(1) StartupEvent start) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        warnOfUnknown(config);
        List<String> problems = new ArrayList<>(missing.of(command));
        SettingsBounds.BOUNDED.forEach(
                group -> problems.addAll(SettingsBounds.problems(group, config.getConfigMapping(group))));
        if (command.equals(DatabaseSettings.SERVE)) {
            problems.addAll(SettingPairs.problems(name -> config.getOptionalValue(name, String.class)));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join(System.lineSeparator(), problems));
        }
    }

    private void warnOfUnknown(SmallRyeConfig config) {
        KnownSettings known = KnownSettings.ofBeans(beans);
        Stream<String> names = StreamSupport.stream(config.getPropertyNames().spliterator(), false);
        known.unknown(
                        Stream.concat(names, System.getenv().keySet().stream()),
                        System.getenv().keySet())
                .forEach(name -> LOG.warnf("There is no setting %s; %s", name, known.advice(name)));
    }

    void logWhatIsOff(@Observes @Priority(AFTER_CHECKS) StartupEvent start) {
        List<String> off = off();
        if (command.equals(DatabaseSettings.SERVE) && !off.isEmpty()) {
            LOG.infof("Off, since the settings say so: %s", String.join(", ", off));
        }
    }

    /** Each part that users or operators may miss, with the setting that turns it on. */
    private List<String> off() {
        List<String> off = new ArrayList<>();
        addIf(webhook.keys().isEmpty() && !webhook.open(), "webhooks from Proof", "rampgate.webhook.keys", off);
        addIf(socket.maxConnections() == 0, "sockets to Proof", "rampgate.socket.max-connections", off);
        addIf(
                live.ticketKeys().isEmpty(),
                "tickets, so that browsers that cannot send their identity with a stream have to poll",
                "rampgate.live.ticket-keys",
                off);
        addIf(handOff.baseUrl().isEmpty(), "the page for apps", "rampgate.hand-off.base-url", off);
        addIf(!session.sell(), "sell", "rampgate.session.sell", off);
        addIf(database.sslMode() == DatabaseTls.Mode.DISABLE, "TLS to the database", "rampgate.database.ssl-mode", off);
        addIf(kafka.bootstrapServers().isEmpty(), "events to Kafka", "rampgate.outbox.kafka.bootstrap-servers", off);
        addIf(
                erasureLedger.directory().isEmpty(),
                "the erasure ledger, so that restoring a backup brings erased users back",
                "rampgate.privacy.erasure-ledger.directory",
                off);
        addIf(tracing.endpoint().isEmpty(), "traces", "rampgate.tracing.endpoint", off);
        return off;
    }

    private static void addIf(boolean isOff, String what, String setting, List<String> off) {
        if (isOff) {
            off.add(what + " (" + EnvironmentName.of(setting) + ")");
        }
    }
}
