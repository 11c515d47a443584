package dev.rampgate.proof;

import java.util.Locale;

/** A kind of call that we make to Proof, for metrics and logs. */
enum Call {
    SESSION,
    TRANSACTION,
    SOCKET,
    KYC_STATUS;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
        return wireName;
    }
}
