package dev.rampgate.bench;

import java.util.Map;

/** The one table that is printed, in Markdown: a row for each subject in each workload. */
final class Table {

    private final Results results;

    Table(Results results) {
        this.results = results;
    }

    String markdown() {
        StringBuilder table = new StringBuilder("""
            | Workload | Who | What it does | per second | Rampgate is | p50 ms | p99 ms | offered per second | CPU us each: own + PostgreSQL | memory MB |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """);
        results.rows().forEach((row, figures) -> table.append("| ")
                .append(String.join(
                        " | ",
                        row.workload(),
                        row.subject(),
                        remark(row, figures),
                        throughput(figures),
                        ratio(row, figures),
                        figure(figures, WebhookWorkload.P50, 1),
                        figure(figures, WebhookWorkload.P99, 1) + (fellBehind(figures) ? " (fell behind)" : ""),
                        middle(figures, WebhookWorkload.RATE, 0),
                        cost(figures),
                        middle(figures, WebhookWorkload.MEMORY, 0)))
                .append(" |\n"));
        return table.toString();
    }

    private String remark(Results.Row row, Map<String, Samples> figures) {
        String remark = results.remark(row);
        if (figures.containsKey(WebhookWorkload.ALLOCATED)) {
            remark += "; " + middle(figures, WebhookWorkload.ALLOCATED, 0) + " bytes allocated each";
        }
        if (figures.containsKey("most in a second")) {
            remark += "; at most " + middle(figures, "most in a second", 0) + " in any second";
        }
        if (figures.containsKey("seconds")) {
            remark += ": " + figure(figures, "seconds", 2) + " s";
        }
        return remark;
    }

    private static String throughput(Map<String, Samples> figures) {
        Samples samples = figures.getOrDefault(WebhookWorkload.THROUGHPUT, new Samples());
        return samples.spread(samples.isEmpty() || samples.median() >= 100 ? 0 : 1);
    }

    private String ratio(Results.Row row, Map<String, Samples> figures) {
        double rampgate = results.median(row.workload(), LiveWorkload.RAMPGATE, WebhookWorkload.THROUGHPUT);
        double other =
                figures.getOrDefault(WebhookWorkload.THROUGHPUT, new Samples()).median();
        return row.subject().equals(LiveWorkload.RAMPGATE) || Double.isNaN(rampgate) || Double.isNaN(other)
                ? ""
                : Samples.number(rampgate / other, 2) + "x";
    }

    private static boolean fellBehind(Map<String, Samples> figures) {
        return figures.containsKey("kept up") && figures.get("kept up").median() < 1;
    }

    private static String cost(Map<String, Samples> figures) {
        if (!figures.containsKey(WebhookWorkload.OWN_MICROS)) {
            return "";
        }
        return middle(figures, WebhookWorkload.OWN_MICROS, 0) + " + "
                + middle(figures, WebhookWorkload.DATABASE_MICROS, 0);
    }

    private static String figure(Map<String, Samples> figures, String name, int decimals) {
        return figures.getOrDefault(name, new Samples()).spread(decimals);
    }

    private static String middle(Map<String, Samples> figures, String name, int decimals) {
        return Samples.number(figures.getOrDefault(name, new Samples()).median(), decimals);
    }
}
