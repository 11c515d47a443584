package dev.rampgate.channel;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * Turns what Proof reports into observations, each with an id of its own. What of a report could not be read is counted here
 * for every channel: {@code rampgate.dropped.fields}, by channel and field.
 */
@ApplicationScoped
public class Observations {

    private static final Logger LOG = Logger.getLogger(Observations.class);

    private final InstantSource clock;
    private final ObservationIds ids;
    private final MeterRegistry meters;
    private final ThrottledLog unreadable;

    public Observations(InstantSource clock, ObservationIds ids, MeterRegistry meters) {
        this.clock = clock;
        this.ids = ids;
        this.meters = meters;
        this.unreadable = new ThrottledLog(LOG, clock);
    }

    /** Makes an observation of the answer to a poll that was sent at {@code askedAt}. */
    public Observation polled(StatusReport report, Instant askedAt) {
        Instant now = clock.instant();
        return read(
                report,
                Observation.ofPoll(
                        ids.next(now),
                        report.transactionId(),
                        report.status(),
                        report.changedAt(),
                        askedAt,
                        now,
                        details(report)));
    }

    /** Makes an observation of a frame that Proof sent over a socket. */
    public Observation pushed(StatusReport report) {
        Instant now = clock.instant();
        return read(
                report,
                Observation.ofSocket(
                        ids.next(now),
                        report.transactionId(),
                        report.status(),
                        report.changedAt(),
                        now,
                        details(report)));
    }

    /** Makes an observation of a webhook; {@code trusted} only where the operator has configured that Proof alone can reach the URL. */
    public Observation reported(StatusReport report, boolean trusted) {
        Instant now = clock.instant();
        return read(
                report,
                Observation.ofWebhook(
                        ids.next(now),
                        trusted,
                        report.transactionId(),
                        report.status(),
                        report.changedAt(),
                        now,
                        details(report)));
    }

    /** Adds the report's text, and counts the fields that could not be read. */
    private Observation read(StatusReport report, Observation observation) {
        if (!report.droppedFields().isEmpty()) {
            count(observation.channel(), observation.authoritative(), report);
        }
        return observation.withRaw(report.raw(), report.isAmountUnreadable());
    }

    /** Logs the fields' names, never their values. Reports from strangers are counted, but not logged. */
    private void count(Channel channel, boolean authoritative, StatusReport report) {
        report.droppedFields().forEach(field -> meters.counter(
                        "rampgate.dropped.fields", "channel", Labels.of(channel), "field", field)
                .increment());
        if (authoritative) {
            unreadable.warn(
                    "Transaction %s: what Proof reported by %s in %s cannot be read; only the archive has it",
                    report.transactionId(), channel, String.join(", ", new TreeSet<>(report.droppedFields())));
        }
    }

    private static TransactionDetails details(StatusReport report) {
        return TransactionDetails.of(report.type(), report.currency(), report.network())
                .withUser(report.partnerUserId())
                .withCryptoAmount(report.cryptoAmount())
                .withFiat(report.fiatCurrency(), report.fiatAmount())
                .withPaymentMethod(report.paymentMethod())
                .withCreatedAt(report.createdAt());
    }
}
