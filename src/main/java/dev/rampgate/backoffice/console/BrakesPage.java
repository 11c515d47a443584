package dev.rampgate.backoffice.console;

import dev.rampgate.brake.Brake;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * Which sessions are stopped, and the form that stops some.
 *
 * @param on brakes that stop sessions
 * @param expired those that have ended by themselves within the last days
 * @param maySet whether the actor may change them
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record BrakesPage(Frame frame, List<Line> on, List<Line> expired, boolean maySet) implements TemplateInstance {

    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /**
     * A brake as the page shows it.
     *
     * @param stops which sessions, in words
     * @param putOn when it was put on
     * @param ends when it ends, or has ended
     */
    public record Line(
            String name, String stops, String reason, String actor, String changedBy, Time putOn, Time ends) {
        static Line of(Brake brake) {
            return new Line(
                    brake.name(),
                    brake.scope().isAll() ? "all sessions" : brake.scope().toString(),
                    brake.reason(),
                    brake.createdBy(),
                    brake.changedBy(),
                    Time.of(brake.createdAt()),
                    Time.of(brake.expiresAt()));
        }
    }

    /**
     * A time in UTC.
     *
     * @param iso for machines
     * @param text for people
     */
    public record Time(String iso, String text) {
        static Time of(Instant time) {
            return new Time(time.toString(), MINUTES.format(time));
        }
    }
}
