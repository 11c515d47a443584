package dev.rampgate.channel;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.proof.StatusReport;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Turns what Proof reports into observations, each with an id of its own. */
@ApplicationScoped
public class Observations {

    private final InstantSource clock;
    private final RandomGenerator chance;

    Observations(InstantSource clock, RandomGenerator chance) {
        this.clock = clock;
        this.chance = chance;
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
                newId(now),
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

    /** A UUID of version 7: it begins with the time, so that new rows of an index stand together. */
    private UUID newId(Instant now) {
        long high = now.toEpochMilli() << 16 | 0x7000L | chance.nextLong() & 0x0FFFL;
        long low = chance.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
