package dev.rampgate.backoffice.console;

import dev.rampgate.outbox.delivery.DeliveryView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * One endpoint: what waits, what is parked, and what an operator can do.
 *
 * @param parkedOnly whether only parked deliveries are shown
 * @param next the query of the next page; empty at the end
 * @param mayRun whether the actor may change it
 * @param from of the window that is counted, as its field shows it
 * @param to of the window that is counted
 * @param events how many events the window has; -1 if none was counted
 * @param most most events of a window
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record EndpointPage(
        Frame frame,
        EndpointsPage.Endpoint endpoint,
        List<Line> deliveries,
        boolean parkedOnly,
        String next,
        boolean mayRun,
        String from,
        String to,
        int events,
        int most)
        implements TemplateInstance {

    /** A delivery. */
    public record Line(
            String state,
            String tone,
            boolean replay,
            String transaction,
            String href,
            int version,
            int attempts,
            Moment next,
            String last,
            Moment at) {

        static Line of(DeliveryView view) {
            String outcome = view.lastOutcome() == null ? "" : view.lastOutcome();
            return new Line(
                    view.state(),
                    "parked".equals(view.state()) ? Tone.BAD : Tone.WAIT,
                    view.replay(),
                    view.transactionId(),
                    CaseAddress.absolute(view.transactionId()),
                    view.version(),
                    view.attempts(),
                    Moment.of(view.nextAttemptAt()),
                    view.lastStatus() == null ? outcome : outcome + " " + view.lastStatus(),
                    Moment.of(view.at()));
        }
    }
}
