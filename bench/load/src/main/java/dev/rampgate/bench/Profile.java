package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** What a recording of JFR says about where time and memory go. */
final class Profile {

    private static final int MOST_LINES = 25;

    private final List<RecordedEvent> events;

    private Profile(List<RecordedEvent> events) {
        this.events = events;
    }

    static Profile of(Path recording) {
        try {
            return new Profile(RecordingFile.readAllEvents(recording));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String markdown() {
        return section("Hot methods (where the processor is)", "jdk.ExecutionSample", event -> top(event), event -> 1L)
                + section(
                        "Hot methods of ours (deepest frame of Rampgate)",
                        "jdk.ExecutionSample",
                        Profile::own,
                        event -> 1L)
                + section("Allocated classes", "jdk.ObjectAllocationSample", Profile::allocated, Profile::weight)
                + section(
                        "Allocated by (deepest frame of Rampgate)",
                        "jdk.ObjectAllocationSample",
                        Profile::own,
                        Profile::weight)
                + section("Allocated by (deepest frame)", "jdk.ObjectAllocationSample", Profile::top, Profile::weight);
    }

    private String section(
            String title, String type, Function<RecordedEvent, String> name, Function<RecordedEvent, Long> weight) {
        Map<String, Long> sums = new HashMap<>();
        long all = 0;
        for (RecordedEvent event : events) {
            if (event.getEventType().getName().equals(type)) {
                sums.merge(name.apply(event), weight.apply(event), Long::sum);
                all += weight.apply(event);
            }
        }
        StringBuilder text = new StringBuilder("\n### " + title + "\n\n| Share | What |\n| --- | --- |\n");
        long whole = Math.max(1, all);
        sums.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MOST_LINES)
                .forEach(one ->
                        text.append("| %4.1f%% | `%s` |%n".formatted(100.0 * one.getValue() / whole, one.getKey())));
        return text.toString();
    }

    private static long weight(RecordedEvent event) {
        return event.getLong("weight");
    }

    private static String allocated(RecordedEvent event) {
        RecordedClass type = event.getClass("objectClass");
        return type == null ? "?" : type.getName();
    }

    private static String top(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        return stack == null || stack.getFrames().isEmpty()
                ? "?"
                : text(stack.getFrames().get(0));
    }

    private static String own(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null) {
            return "?";
        }
        return stack.getFrames().stream()
                .filter(frame -> frame.getMethod().getType().getName().startsWith("dev.rampgate."))
                .findFirst()
                .map(Profile::text)
                .orElse("no frame of Rampgate");
    }

    private static String text(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }
}
