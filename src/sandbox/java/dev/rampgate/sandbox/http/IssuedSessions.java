package dev.rampgate.sandbox.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The answered sessions, with which the widget compares its parameters. Bounded; the oldest are dropped. Thread-safe. */
final class IssuedSessions {

    /** @param validUntil end of its {@code init_token}'s life, by the simulator's clock */
    record Answered(WidgetSession session, Instant validUntil) {}

    private final InstantSource clock;
    private final Duration tokenLifetime;
    private final Map<String, Answered> byToken;
    private final Map<String, Answered> byTransaction;

    IssuedSessions(InstantSource clock, Duration tokenLifetime, int limit) {
        this.clock = clock;
        this.tokenLifetime = tokenLifetime;
        this.byToken = bounded(limit);
        this.byTransaction = bounded(limit);
    }

    synchronized WidgetSession remember(WidgetSession session) {
        Answered answered = new Answered(session, clock.instant().plus(tokenLifetime));
        byToken.put(session.initToken(), answered);
        byTransaction.put(session.merchantTransactionId(), answered);
        return session;
    }

    synchronized Optional<Answered> ofToken(String initToken) {
        return Optional.ofNullable(byToken.get(initToken));
    }

    synchronized Optional<Answered> ofTransaction(String transactionId) {
        return Optional.ofNullable(byTransaction.get(transactionId));
    }

    boolean isExpired(Answered answered) {
        return !clock.instant().isBefore(answered.validUntil());
    }

    private static Map<String, Answered> bounded(int limit) {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Answered> eldest) {
                return size() > limit;
            }
        };
    }
}
