package dev.rampgate.sandbox.fault;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where the simulated Proof can misbehave. */
public enum Place {
    /** {@code POST /widget/session}. */
    SESSION_CALL,
    /** {@code GET /widget/transactions/{id}}. */
    TRANSACTION_CALL,
    /** {@code GET /widget/users/{id}/kyc-status}. */
    KYC_CALL,
    /** The upgrade request of {@code /ws}. */
    SOCKET_UPGRADE,
    /** One {@code tx.update}, on every connection that hears it. */
    SOCKET_FRAME,
    /** One webhook. */
    WEBHOOK;

    /** The name in JSON, for example {@code transaction_call}; read in any case of letters. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException naming the places that there are */
    @JsonCreator
    public static Place of(String wireName) {
        return Words.find(Place.class, wireName);
    }
}
