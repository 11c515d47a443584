package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** All figures: raw ones go to a file at once, line by line, and are kept by workload and subject for the table. */
final class Results {

    /** A row of the table. */
    record Row(String workload, String subject) {}

    private final Path raw;
    private final Map<Row, Map<String, Samples>> rows = new LinkedHashMap<>();
    private final Map<Row, String> remarks = new LinkedHashMap<>();

    Results(Path folder) {
        this.raw = folder.resolve("raw.jsonl");
    }

    /** Makes the row, so that rows keep this order; the remark says what the subject does in it. */
    void row(String workload, String subject, String remark) {
        Row row = new Row(workload, subject);
        rows.computeIfAbsent(row, any -> new LinkedHashMap<>());
        remarks.put(row, remark);
    }

    void add(String workload, String subject, String figure, double value) {
        rows.computeIfAbsent(new Row(workload, subject), any -> new LinkedHashMap<>())
                .computeIfAbsent(figure, any -> new Samples())
                .add(value);
        line("{\"workload\":\"" + workload + "\",\"subject\":\"" + subject + "\",\"figure\":\"" + figure
                + "\",\"value\":" + value + "}");
    }

    Samples of(String workload, String subject, String figure) {
        return rows.getOrDefault(new Row(workload, subject), Map.of()).getOrDefault(figure, new Samples());
    }

    double median(String workload, String subject, String figure) {
        return of(workload, subject, figure).median();
    }

    /** What was measured last; NaN if nothing was. */
    double latest(String workload, String subject, String figure) {
        Samples samples = of(workload, subject, figure);
        return samples.isEmpty() ? Double.NaN : samples.values().get(samples.size() - 1);
    }

    Map<Row, Map<String, Samples>> rows() {
        return rows;
    }

    String remark(Row row) {
        return remarks.getOrDefault(row, "");
    }

    private void line(String text) {
        try {
            Files.writeString(raw, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
