package dev.rampgate.live;

import dev.rampgate.live.LiveEvent.Name;
import dev.rampgate.live.Transport.Departure;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what happens to streams: {@code rampgate.live.*}. Never by transaction or user. */
@ApplicationScoped
class LiveCounters {

    private final Map<Name, Counter> events = new EnumMap<>(Name.class);
    private final Map<Departure, Counter> departures = new EnumMap<>(Departure.class);
    private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);
    private final Map<WakeUp, Counter> wakeUps = new EnumMap<>(WakeUp.class);
    private final Counter reads;
    private final Counter unsent;

    /** Why a stream was refused. */
    enum Refusal {
        /** The transaction does not exist, or belongs to another user. */
        NOT_FOUND,
        /** The user has too many streams. */
        USER_LIMIT,
        /** The replica has too many streams. */
        REPLICA_LIMIT,
        /** The database does not answer. */
        UNAVAILABLE
    }

    /** Why transactions are read. */
    enum WakeUp {
        /** A stream joined. */
        JOINED,
        /** This replica committed a change. */
        OWN_COMMIT,
        /** Another replica notified this one. */
        NOTIFIED,
        /** The listening connection was reopened, and may have missed notifications. */
        RECONNECTED,
        /** The periodic fallback. */
        FALLBACK,
        /** The grace period of a terminal status ended. */
        END
    }

    LiveCounters(MeterRegistry meters) {
        for (Name name : Name.values()) {
            events.put(name, counter("rampgate.live.events", "Events sent to readers", "event", name, meters));
        }
        for (Departure why : Departure.values()) {
            departures.put(
                    why,
                    counter("rampgate.live.departures", "Streams that Rampgate closed early", "reason", why, meters));
        }
        for (Refusal why : Refusal.values()) {
            refusals.put(why, counter("rampgate.live.refusals", "Streams that were not opened", "reason", why, meters));
        }
        for (WakeUp cause : WakeUp.values()) {
            wakeUps.put(cause, counter("rampgate.live.wakeups", "Transactions to read again", "cause", cause, meters));
        }
        reads = Counter.builder("rampgate.live.reads")
                .description("Statements that read followed transactions")
                .register(meters);
        unsent = Counter.builder("rampgate.live.unsent")
                .description("Changes of which other replicas could not be notified; they find them by their fallback")
                .register(meters);
    }

    private static Counter counter(String name, String description, String label, Enum<?> value, MeterRegistry meters) {
        return Counter.builder(name)
                .description(description)
                .tag(label, Labels.of(value))
                .register(meters);
    }

    void sent(List<LiveEvent> sent) {
        sent.forEach(event -> events.get(event.name()).increment());
    }

    void departed(Departure why) {
        departures.get(why).increment();
    }

    void refused(Refusal why) {
        refusals.get(why).increment();
    }

    void woken(WakeUp cause, int transactions) {
        wakeUps.get(cause).increment(transactions);
    }

    void read() {
        reads.increment();
    }

    void unsent(int changes) {
        unsent.increment(changes);
    }
}
