package dev.rampgate.backoffice.console;

/** Which color a word has: the name of a class in {@code console.css}. */
final class Tone {

    static final String GOOD = "good";
    static final String BAD = "bad";
    static final String WAIT = "wait";
    static final String BUSY = "busy";
    static final String OFF = "off";

    private Tone() {}

    /** Of a status of a transaction. */
    static String ofStatus(String status) {
        return switch (status) {
            case "completed" -> GOOD;
            case "failed" -> BAD;
            case "processing" -> BUSY;
            case "pending" -> WAIT;
            default -> OFF;
        };
    }

    /** Of how the attempt of a delivery ended. */
    static String ofOutcome(String outcome) {
        return "delivered".equals(outcome) ? GOOD : BAD;
    }
}
