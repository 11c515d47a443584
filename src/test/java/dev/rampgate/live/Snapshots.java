package dev.rampgate.live;

import dev.rampgate.live.TransactionSnapshot.Step;
import dev.rampgate.support.TestSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Snapshots of a transaction of {@code cust-1}, and settings, for tests. */
final class Snapshots {

    static final Instant CHANGED_AT = Instant.parse("2026-05-02T08:00:00Z");

    private Snapshots() {}

    /**
     * Creates a snapshot.
     *
     * @param history the transitions in order: {@code processing} came by a socket, {@code processing+} was confirmed
     *     afterwards, {@code processing!} was brought by a poll
     */
    static TransactionSnapshot of(String id, String... history) {
        List<Step> steps = new ArrayList<>();
        for (String change : history) {
            String status = change.replaceAll("[+!]", "");
            boolean polled = change.endsWith("!");
            steps.add(new Step(steps.size() + 1, 1, status, CHANGED_AT, polled, polled || change.endsWith("+")));
        }
        Step last = steps.get(steps.size() - 1);
        boolean settled = last.status().equals("completed") && last.confirmed();
        TransactionView view = new TransactionView(
                id,
                "buy",
                last.status(),
                last.confirmed(),
                null,
                1,
                "USDC",
                "ERC20",
                "42.75",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                CHANGED_AT,
                CHANGED_AT,
                settled,
                false,
                null);
        return new TransactionSnapshot("cust-1", view, CHANGED_AT, steps);
    }

    /** The defaults, but for these. */
    static LiveSettings settings(Map<String, String> different) {
        return TestSettings.of(LiveSettings.class, different);
    }

    /** Events as a line each, for example {@code confirmed 2.1 processing}. */
    static List<String> lines(List<LiveEvent> events) {
        return events.stream()
                .map(event -> event.name().wireName() + " " + event.id() + " "
                        + event.data().status() + (event.data().confirmed() ? "+" : ""))
                .toList();
    }
}
