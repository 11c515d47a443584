package dev.rampgate.backoffice.console;

import dev.rampgate.outbox.delivery.EndpointView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** All endpoints. */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record EndpointsPage(Frame frame, List<Endpoint> endpoints) implements TemplateInstance {

    /**
     * An endpoint.
     *
     * @param why it does not flow; empty if it does
     * @param waiting how long its oldest event has waited; empty if none does
     * @param lost how many events it will never get; empty if there is none
     */
    public record Endpoint(
            String name,
            String state,
            String tone,
            boolean paused,
            String why,
            String types,
            long behind,
            String queued,
            String parked,
            boolean hasParked,
            String waiting,
            String lost) {

        static Endpoint of(EndpointView view, Instant now, int mostCounted) {
            String state =
                    switch (view.state()) {
                        case FLOWING -> "flowing";
                        case OPEN -> "fails";
                        case PAUSED -> "paused";
                    };
            String tone =
                    switch (view.state()) {
                        case FLOWING -> Tone.GOOD;
                        case OPEN -> Tone.BAD;
                        case PAUSED -> Tone.WAIT;
                    };
            return new Endpoint(
                    view.name(),
                    state,
                    tone,
                    view.state() == EndpointView.State.PAUSED,
                    why(view),
                    view.types().isEmpty() ? "all events" : String.join(", ", view.types()),
                    view.behind(),
                    counted(view.queued(), mostCounted),
                    counted(view.parked(), mostCounted),
                    view.parked() > 0,
                    view.oldestAt() == null ? "" : Moment.lasting(Duration.between(view.oldestAt(), now)),
                    view.lost() == 0
                            ? ""
                            : view.lost() + ", the last "
                                    + Moment.of(view.lostAt()).text());
        }

        private static String why(EndpointView view) {
            if (view.state() == EndpointView.State.PAUSED) {
                String by = "gone".equals(view.pausedBecause())
                        ? "The receiver answered 410: it no longer wants events. Paused "
                        : "Paused by an operator ";
                return by + Moment.of(view.pausedAt()).text() + ". Its events are kept.";
            }
            if (view.state() == EndpointView.State.OPEN) {
                return "The receiver has failed since "
                        + Moment.of(view.openSince()).text() + ". One event at a time is tried, next at "
                        + Moment.of(view.nextProbeAt()).text() + ".";
            }
            return view.known() ? "" : "The settings of this replica do not have it any more.";
        }

        private static String counted(long number, int most) {
            return number >= most ? most + " or more" : Long.toString(number);
        }
    }
}
