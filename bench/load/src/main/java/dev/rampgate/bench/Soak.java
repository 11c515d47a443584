package dev.rampgate.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Half of the own maximum for a long time: memory and latency must not grow. */
final class Soak {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** At the beginning and at the end, which are compared. */
    private static final int COMPARED_MINUTES = 5;

    private record Minute(double p50, double p99, double megabytes, boolean keptUp) {}

    private final WebhookWorkload webhooks;
    private final Results results;

    Soak(WebhookWorkload webhooks, Results results) {
        this.webhooks = webhooks;
        this.results = results;
    }

    /** Loads one that was just started; the answer is a table. */
    String run(Subject subject, int minutes) {
        WebhookWorkload.Kind kind = WebhookWorkload.Kind.DUPLICATES;
        results.row(kind.title(), subject.name(), subject.does());
        webhooks.warmUp(subject);
        webhooks.throughput(kind, subject);
        double half = results.latest(kind.title(), subject.name(), WebhookWorkload.THROUGHPUT) / 2;
        // One in five is new, and two are about one transaction.
        subject.ledger().growTo(subject.firstUnused() / 2 + (long) (half * 60 * minutes / 10) + 1_000);
        subject.database().tidy();
        List<Minute> all = new ArrayList<>();
        StringBuilder table = new StringBuilder(
                "\n### %s, %s webhooks a second, 80%% duplicates\n\n| Minute | p50 ms | p99 ms | memory MB |\n| --- | --- | --- | --- |\n"
                        .formatted(subject.name(), Samples.number(half, 0)));
        for (int n = 1; n <= minutes; n++) {
            OpenLoad.Result measured = webhooks.openLoad(subject, half, Duration.ZERO, MINUTE);
            Minute minute = new Minute(
                    measured.millis(50),
                    measured.millis(99),
                    subject.child().residentBytes() / 1e6,
                    measured.keptUp());
            all.add(minute);
            table.append("| %d | %.1f | %.1f%s | %.0f |%n"
                    .formatted(n, minute.p50, minute.p99, minute.keptUp ? "" : " (fell behind)", minute.megabytes));
        }
        int compared = Math.min(COMPARED_MINUTES, Math.max(1, minutes / 2));
        table.append("%nThe last %d minutes beside the first: p50 %.2fx, p99 %.2fx, memory %.2fx.%n"
                .formatted(
                        compared,
                        ratio(all, compared, Minute::p50),
                        ratio(all, compared, Minute::p99),
                        ratio(all, compared, Minute::megabytes)));
        return table.toString();
    }

    private static double ratio(List<Minute> all, int compared, ToDoubleFunction<Minute> figure) {
        return median(all.subList(all.size() - compared, all.size()), figure) / median(all.subList(0, compared), figure);
    }

    private static double median(List<Minute> minutes, ToDoubleFunction<Minute> figure) {
        Samples samples = new Samples();
        minutes.forEach(minute -> samples.add(figure.applyAsDouble(minute)));
        return samples.median();
    }
}
