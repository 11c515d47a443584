package dev.rampgate.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a test measured: printed, and kept as a table in {@code target/faults}. */
final class Figures {

    private static final Path FOLDER = Path.of("target", "faults");

    private final String name;
    private final Map<String, String> lines = new LinkedHashMap<>();

    /** @param name of the file, without its end */
    Figures(String name) {
        this.name = name;
    }

    Figures line(String what, Object figure) {
        lines.put(what, String.valueOf(figure));
        return this;
    }

    /** Median, 99th percentile and longest of some times in milliseconds. */
    Figures times(String what, List<Long> millis) {
        return line(
                what,
                "p50 " + percentile(millis, 50) + " ms, p99 " + percentile(millis, 99) + " ms, longest "
                        + percentile(millis, 100) + " ms (" + millis.size() + ")");
    }

    static long percentile(List<Long> values, int percent) {
        if (values.isEmpty()) {
            return 0;
        }
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * percent / 100.0) - 1));
    }

    void publish() {
        StringBuilder table = new StringBuilder("| " + name + " | |\n| --- | --- |\n");
        lines.forEach((what, figure) ->
                table.append("| ").append(what).append(" | ").append(figure).append(" |\n"));
        System.out.println("\n" + table);
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(name + ".md"), table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
