package dev.rampgate.backoffice.console;

import dev.rampgate.brake.Brake;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * Which sessions are stopped, and the form that stops some.
 *
 * @param on brakes that stop sessions
 * @param expired those that have ended by themselves within the last days
 * @param maySet whether the actor may change them
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record BrakesPage(Frame frame, List<Line> on, List<Line> expired, boolean maySet) implements TemplateInstance {

    /**
     * A brake as the page shows it.
     *
     * @param stops which sessions, in words
     * @param putOn when it was put on
     * @param ends when it ends, or has ended
     */
    public record Line(
            String name, String stops, String reason, String actor, String changedBy, Moment putOn, Moment ends) {
        static Line of(Brake brake) {
            return new Line(
                    brake.name(),
                    brake.scope().isAll() ? "all sessions" : brake.scope().toString(),
                    brake.reason(),
                    brake.createdBy(),
                    brake.changedBy(),
                    Moment.toTheMinute(brake.createdAt()),
                    Moment.toTheMinute(brake.expiresAt()));
        }
    }
}
