package dev.rampgate.channel;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.ObservationIds;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;

/** Turns what Proof reports into observations, each with an id of its own. */
@ApplicationScoped
public class Observations {

    private final InstantSource clock;
    private final ObservationIds ids;

    public Observations(InstantSource clock, ObservationIds ids) {
        this.clock = clock;
        this.ids = ids;
    }

    /** The answer of our own call, sent at {@code askedAt}. */
    public Observation polled(StatusReport report, Instant askedAt) {
        return observation(Channel.POLL, true, report, askedAt);
    }

    /** A frame of our own socket. */
    public Observation pushed(StatusReport report) {
        return observation(Channel.SOCKET, true, report, null);
    }

    /** A webhook; {@code trusted} only where the operator says that nobody else can reach it. */
    public Observation reported(StatusReport report, boolean trusted) {
        return observation(Channel.WEBHOOK, trusted, report, null);
    }

    private Observation observation(Channel channel, boolean authoritative, StatusReport report, Instant askedAt) {
        Instant now = clock.instant();
        return new Observation(
                ids.next(now),
                channel,
                authoritative,
                report.transactionId(),
                report.status(),
                report.changedAt(),
                askedAt,
                now,
                details(report),
                report.raw());
    }

    private static TransactionDetails details(StatusReport report) {
        return new TransactionDetails(
                report.partnerUserId(),
                report.type(),
                report.currency(),
                report.network(),
                null,
                report.cryptoAmount(),
                report.fiatCurrency(),
                report.fiatAmount(),
                report.paymentMethod(),
                report.createdAt());
    }
}
