package dev.rampgate.proof;

/**
 * A text that is no report about a transaction: no JSON object, or without a usable id or status. Its message names the
 * field and what is wrong with it, never the value. Without a stack trace, since strangers may send such texts.
 */
public final class MalformedReport extends RuntimeException {
    /** What {@link #field()} is when the text as a whole is no JSON object. */
    public static final String WHOLE = "body";

    private final String field;
    private final String problem;

    MalformedReport(String field, String problem) {
        super(field + " " + problem, null, false, false);
        this.field = field;
        this.problem = problem;
    }

    /** The field at fault as it is spelled on the wire, or {@link #WHOLE}. */
    public String field() {
        return field;
    }

    /** What is wrong with it, to stand after the field's name: "is missing". */
    public String problem() {
        return problem;
    }
}
