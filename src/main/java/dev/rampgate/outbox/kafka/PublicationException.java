package dev.rampgate.outbox.kafka;

/** Why events could not be published. Without the message of Kafka, which may quote a setting. */
final class PublicationException extends RuntimeException {

    /** What an operator has to look at. */
    enum Reason {
        /** No broker answered in time, or the topic or its leaders are not available. */
        UNAVAILABLE("the brokers do not answer, or the topic is not available"),
        /** Another producer has begun with the same {@code transactional.id}: another replica, or another application. */
        FENCED("another producer uses this transactional id"),
        /** The brokers refuse the user, or one side refuses the certificate of the other. */
        AUTHENTICATION("the brokers refuse the user or a certificate is not accepted"),
        /** The user must not write to the topic or use the {@code transactional.id}. */
        AUTHORIZATION("the user may not write to the topic or use the transactional id"),
        /** The settings, or a file that they name, cannot be used, or no broker has an address. */
        CONFIGURATION(
                "the settings of Kafka or a file that they name cannot be used, or no broker's name has an address"),
        /** The topic does not take such a message. */
        REFUSED("the topic refuses the message"),
        /** Anything else. */
        OTHER("the publication failed");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final transient Reason reason;

    /** @param detail the kind of failure, without any value */
    PublicationException(Reason reason, String detail) {
        super(reason.text() + " (" + detail + ")", null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
