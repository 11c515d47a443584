package dev.rampgate.telemetry;

import org.jboss.logging.MDC;

/** Gives the lines about a transaction its id in the logging context, so that they are found whatever their words are. */
public final class LogContext {

    /** Its name in the logging context; the same as in traces, but for the dot. */
    public static final String TRANSACTION_ID = "transaction_id";

    private LogContext() {}

    /** Logs with the id of a transaction in the context. */
    public static void about(String transactionId, Runnable log) {
        MDC.put(TRANSACTION_ID, transactionId);
        try {
            log.run();
        } finally {
            MDC.remove(TRANSACTION_ID);
        }
    }
}
