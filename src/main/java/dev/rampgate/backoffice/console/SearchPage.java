package dev.rampgate.backoffice.console;

import dev.rampgate.problem.Problem.FieldError;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The form of a search, and what it found.
 *
 * @param form what is looked for
 * @param errors what is wrong in the form
 * @param searched whether there is a result
 * @param rows what was found
 * @param next the address of the next page; empty at the end
 * @param remark about the result; may be empty
 * @param noOrder what to tell a user whose order is not found
 * @param trouble why an order may never have been opened; empty if nothing is known
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record SearchPage(
        Frame frame,
        Form form,
        List<FieldError> errors,
        boolean searched,
        List<Row> rows,
        String next,
        String remark,
        String noOrder,
        String trouble)
        implements TemplateInstance {

    static SearchPage empty(Frame frame, Form form) {
        return new SearchPage(frame, form, List.of(), false, List.of(), "", "", "", "");
    }

    static SearchPage refused(Frame frame, Form form, List<FieldError> errors) {
        return new SearchPage(frame, form, errors, false, List.of(), "", "", "", "");
    }

    static SearchPage found(Frame frame, Form form, List<Row> rows, String next, String remark) {
        return new SearchPage(frame, form, List.of(), true, rows, next, remark, "", "");
    }

    /** The same about nothing found, with what can be said then. */
    SearchPage withAnswer(String toldToUser, String knownTrouble) {
        return new SearchPage(frame, form, errors, searched, rows, next, remark, toldToUser, knownTrouble);
    }

    /** What the form holds, as its fields show it. */
    public record Form(
            String find,
            String id,
            String reference,
            String user,
            String currency,
            String network,
            String from,
            String to,
            List<Option> status,
            List<Option> reported,
            List<Option> alarm,
            List<Option> type,
            List<Option> settled) {

        /** Whether something is chosen of what the page hides at first. */
        public boolean isDetailed() {
            return !(id + reference + user + currency + network + from + to).isEmpty()
                    || List.of(status, reported, alarm, type, settled).stream()
                            .anyMatch(options -> options.stream().anyMatch(Option::chosen));
        }
    }

    /** A value that can be chosen. */
    public record Option(String value, String label, boolean chosen) {}

    /**
     * A transaction that was found.
     *
     * @param href of its case; empty if the actor may not read it
     */
    public record Row(
            String id,
            String href,
            Moment created,
            String status,
            String tone,
            boolean confirmed,
            String type,
            String amount,
            String network,
            String reference,
            String user,
            List<String> alarms) {

        static Row of(JsonObject transaction, boolean opens) {
            String id = transaction.getString("merchant_transaction_id");
            return new Row(
                    id,
                    opens ? CaseAddress.absolute(id) : "",
                    Moment.of(transaction.getString("created_at")),
                    transaction.getString("status"),
                    Tone.ofStatus(transaction.getString("status")),
                    transaction.getBoolean("confirmed"),
                    transaction.getString("type", ""),
                    amount(transaction),
                    transaction.getString("network", ""),
                    transaction.getString("reference", ""),
                    transaction.getBoolean("erased", false) ? "erased" : transaction.getString("user_id", ""),
                    alarms(transaction.getJsonArray("alarms", new JsonArray())));
        }

        static String amount(JsonObject transaction) {
            String amount = transaction.getString("crypto_amount", transaction.getString("requested_amount", ""));
            return (amount + " " + transaction.getString("currency", "")).strip();
        }

        static List<String> alarms(JsonArray alarms) {
            return alarms.stream()
                    .map(alarm -> alarm.toString().replace('_', ' '))
                    .toList();
        }
    }
}
