package dev.rampgate.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What docs/metrics.md lists. */
public record MetricsList(Map<String, Entry> entries) {

    /** One line of it. */
    public record Entry(String name, String type, Set<String> tags) {}

    private static final Pattern LINE = Pattern.compile("\\| `([a-z_]+)` \\| ([a-z]+) \\| ([^|]*)\\|.*\\|");
    private static final Pattern TAG = Pattern.compile("`([a-z_]+)`");
    private static final Set<String> MANY = Set.of("histogram", "summary");
    private static final List<String> PARTS = List.of("", "_count", "_sum", "_bucket", "_max");

    public static MetricsList read() {
        try (Stream<String> lines = Files.lines(Path.of("docs/metrics.md"))) {
            Map<String, Entry> entries = new TreeMap<>();
            lines.map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
                Set<String> tags = TAG.matcher(line.group(3))
                        .results()
                        .map(tag -> tag.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
                if (entries.put(line.group(1), new Entry(line.group(1), line.group(2), tags)) != null) {
                    throw new IllegalStateException(line.group(1) + " stands twice in docs/metrics.md");
                }
            });
            return new MetricsList(entries);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The line of a sample, which of a histogram or a summary has a name of its own. */
    public Entry of(String sample) {
        return PARTS.stream()
                .filter(sample::endsWith)
                .map(part -> entries.get(sample.substring(0, sample.length() - part.length())))
                .filter(entry -> entry != null)
                .filter(entry -> entry.name().equals(sample) || MANY.contains(entry.type()))
                .findFirst()
                .orElse(null);
    }

    Stream<String> ours() {
        return entries.keySet().stream().filter(name -> name.startsWith("rampgate_"));
    }
}
