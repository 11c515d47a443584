package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * One break.
 *
 * @param timing until when it may be a matter of timing; empty if it is real
 * @param mayExplain whether the actor may explain it
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record BreakPage(
        Frame frame,
        DriftPage.BreakRow row,
        String foundBy,
        String foundAt,
        String seenAt,
        String timing,
        List<Side> sides,
        List<Note> notes,
        boolean mayExplain)
        implements TemplateInstance {

    /** What the record, or Proof, says. */
    public record Side(String name, String status, String cryptoAmount, String fiatAmount, String fiatCurrency) {}

    /** An explanation or a resolution. */
    public record Note(String kind, String at, String actor, String text) {}
}
