package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * Drift runs and breaks.
 *
 * @param active whether a run goes on, so that the page refreshes itself
 * @param mayRun whether the actor may start and cancel
 * @param state of the breaks that are listed; empty for all
 * @param more the query of the next page of breaks; empty at the end
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record DriftPage(
        Frame frame,
        List<Run> runs,
        boolean active,
        boolean mayRun,
        List<Imported> imports,
        List<Choice> states,
        String state,
        List<BreakRow> breaks,
        String more)
        implements TemplateInstance {

    /**
     * A run.
     *
     * @param goesOn whether it is active
     * @param progress how far it is, in words
     * @param most at least 1, for a progress bar
     */
    public record Run(
            String id,
            String window,
            String startedBy,
            String state,
            String tone,
            boolean goesOn,
            String progress,
            long done,
            long most,
            long differed,
            long missing) {}

    /** An imported statement. */
    public record Imported(
            String id,
            String receivedAt,
            String importedBy,
            String state,
            long rows,
            long differed,
            long missingHere,
            long missingThere) {}

    /** A state by which breaks are listed. */
    public record Choice(String href, String label, boolean current) {}

    /** A break in a list; {@code caseHref} is the address of its transaction. */
    public record BreakRow(
            String id,
            String transaction,
            String caseHref,
            String kind,
            String state,
            String tone,
            String here,
            String there,
            String age) {}
}
