package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * Who did or read what.
 *
 * @param errors why the filters cannot be used
 * @param next the page of older entries; empty if there is none
 * @param csv all entries that match, as a file; empty while the filters cannot be used
 * @param ndjson the same in the other format
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record AuditPage(
        Frame frame,
        Chain chain,
        Form form,
        List<String> errors,
        List<Row> rows,
        String next,
        String csv,
        String ndjson,
        List<String> actions)
        implements TemplateInstance {

    /**
     * The state of the chain.
     *
     * @param head number and hash of the last entry, as {@code --verify-audit} takes them
     * @param kept which entries are kept
     * @param waiting how long the oldest entry waits to be linked
     */
    public record Chain(String tone, String state, String meaning, String head, String kept, String waiting) {}

    /** What the filters hold. */
    public record Form(String about, String actor, String action, String from, String to) {

        static final Form EMPTY = new Form("", "", "", "", "");

        /** Whether any is set. */
        public boolean isUsed() {
            return !equals(EMPTY);
        }
    }

    /**
     * An entry.
     *
     * @param who the actor; else who it was as far as is known
     * @param result empty if the call was begun, as reads are
     * @param calls how many calls it stands for, if more than one
     * @param href the case of the transaction that it is about; empty if there is none
     * @param details what the call said; hashes are shortened
     * @param position in the chain; a dash if it is not linked yet
     * @param intact whether its hash fits
     */
    public record Row(
            Moment at,
            String who,
            String role,
            String action,
            String result,
            String tone,
            String calls,
            String subject,
            String href,
            List<Detail> details,
            String requestId,
            String position,
            boolean intact) {}

    /** A parameter with its values. */
    public record Detail(String name, String value) {}
}
