package dev.rampgate.live;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.live.TransactionReader.Reading;
import dev.rampgate.reconcile.LedgerStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Set;

/**
 * Makes a poll of a transaction due when its owner reads it and the last observation is old. The read does not wait for the
 * poll. Does nothing if a poll is already due or if polls of the transaction fail.
 */
@ApplicationScoped
class PollOnRead {

    private final LedgerStore store;
    private final ConnectionShare share;
    private final LiveSettings settings;
    private final Counter madeDue;

    PollOnRead(LedgerStore store, ConnectionShares shares, LiveSettings settings, MeterRegistry meters) {
        this.store = store;
        this.share = shares.reads();
        this.settings = settings;
        this.madeDue = Counter.builder("rampgate.live.read.through")
                .description("Transactions that became due for a poll since their owner read an old state")
                .register(meters);
    }

    void consider(Reading reading) {
        boolean stale = !reading.view().settled() && reading.age().compareTo(settings.staleAfter()) > 0;
        if (stale && !reading.planned()) {
            madeDue.increment();
            share.within(() -> store.makeDue(Set.of(reading.view().merchantTransactionId()), Duration.ZERO))
                    .subscribe()
                    .with(due -> {}, ignored -> {});
        }
    }
}
