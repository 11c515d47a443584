package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * The statement of a month.
 *
 * @param period such as {@code 2026-10}
 * @param previous the month before
 * @param next the month after; empty if it has not begun
 * @param asKnownAt what became known later is not in it
 * @param position place in the feed of the last event that counts
 * @param closed as known at which time the month is closed; empty if it is not
 * @param closedBy the actor's name; empty if it is not closed
 * @param canClose whether the actor may close it now
 * @param sums of the month
 * @param corrections sums of what is corrected of earlier months
 * @param laterCorrections sums of what was corrected of this month after it was closed
 * @param chart transactions by day
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record StatementPage(
        Frame frame,
        String period,
        String previous,
        String next,
        String asKnownAt,
        long position,
        String closed,
        String closedBy,
        boolean canClose,
        List<StatementRow> sums,
        List<StatementRow> corrections,
        List<StatementRow> laterCorrections,
        StatementChart chart)
        implements TemplateInstance {}
