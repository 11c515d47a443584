package dev.rampgate.sandbox.fault;

import static dev.rampgate.sandbox.fault.Place.KYC_CALL;
import static dev.rampgate.sandbox.fault.Place.SESSION_CALL;
import static dev.rampgate.sandbox.fault.Place.SOCKET_FRAME;
import static dev.rampgate.sandbox.fault.Place.SOCKET_UPGRADE;
import static dev.rampgate.sandbox.fault.Place.TRANSACTION_CALL;
import static dev.rampgate.sandbox.fault.Place.WEBHOOK;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;

/** One kind of fault. In JSON its {@code kind} is the record's name in lower case, with underscores. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Fault.Status.class, name = "status"),
    @JsonSubTypes.Type(value = Fault.Hang.class, name = "hang"),
    @JsonSubTypes.Type(value = Fault.Slow.class, name = "slow"),
    @JsonSubTypes.Type(value = Fault.Cut.class, name = "cut"),
    @JsonSubTypes.Type(value = Fault.Garbage.class, name = "garbage"),
    @JsonSubTypes.Type(value = Fault.UnknownStatus.class, name = "unknown_status"),
    @JsonSubTypes.Type(value = Fault.Lose.class, name = "lose"),
    @JsonSubTypes.Type(value = Fault.Twice.class, name = "twice"),
    @JsonSubTypes.Type(value = Fault.Delay.class, name = "delay"),
    @JsonSubTypes.Type(value = Fault.Hold.class, name = "hold"),
    @JsonSubTypes.Type(value = Fault.Reverse.class, name = "reverse"),
    @JsonSubTypes.Type(value = Fault.ShiftTime.class, name = "shift_time"),
    @JsonSubTypes.Type(value = Fault.Fragment.class, name = "fragment"),
    @JsonSubTypes.Type(value = Fault.Silence.class, name = "silence")
})
public sealed interface Fault {

    Set<Place> CALLS = Set.of(SESSION_CALL, TRANSACTION_CALL, KYC_CALL);

    /** The places where this fault can happen. */
    Set<Place> places();

    /** The body of a failed call. */
    enum Form {
        /** Proof's {@code error}, {@code code} and {@code message}. */
        ENVELOPE,
        /** The HTML page of a gateway. */
        HTML,
        /** No body at all. */
        EMPTY;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Form of(String wireName) {
            return Words.find(Form.class, wireName);
        }
    }

    /**
     * A call, or a socket's upgrade, is answered with this HTTP status and has no effect.
     *
     * @param error the envelope's {@code error}; null for the one the contract has for this status
     * @param code the envelope's {@code code}; null likewise
     * @param retryAfter the {@code Retry-After} header in seconds; null for none
     * @param form null is {@code ENVELOPE}
     */
    record Status(@JsonProperty(required = true) int status, String error, String code, Integer retryAfter, Form form)
            implements Fault {
        public Status {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException(
                        "status is an HTTP status between 200 and 599" + (status == 0 ? "" : ", not " + status));
            }
            if (retryAfter != null && retryAfter < 0) {
                throw new IllegalArgumentException("retry_after is a number of seconds from 0, not " + retryAfter);
            }
            form = form == null ? Form.ENVELOPE : form;
        }

        /** With the envelope that the contract has for this status. */
        public static Status of(int status) {
            return new Status(status, null, null, null, null);
        }

        @Override
        public Set<Place> places() {
            return Set.of(SESSION_CALL, TRANSACTION_CALL, KYC_CALL, SOCKET_UPGRADE);
        }
    }

    /** A call takes effect, but no answer ever comes; an upgrade stays open. */
    record Hang() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SESSION_CALL, TRANSACTION_CALL, KYC_CALL, SOCKET_UPGRADE);
        }
    }

    /** A call's answer starts at once, but its body comes in two halves with this time in between. */
    record Slow(@JsonProperty(required = true) long millis) implements Fault {
        public Slow {
            requireMillis(millis);
        }

        @Override
        public Set<Place> places() {
            return CALLS;
        }
    }

    /** The connection ends: in the middle of a call's answer, or instead of a socket's frame. */
    record Cut() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SESSION_CALL, TRANSACTION_CALL, KYC_CALL, SOCKET_FRAME);
        }
    }

    /** A body that is not JSON, with the status and type of a good answer; on a socket before the frame. */
    record Garbage() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SESSION_CALL, TRANSACTION_CALL, KYC_CALL, SOCKET_FRAME, WEBHOOK);
        }
    }

    /** A status that the contract does not know. @param status null is {@code on_hold} */
    record UnknownStatus(String status) implements Fault {
        public UnknownStatus {
            status = status == null ? "on_hold" : status;
        }

        @Override
        public Set<Place> places() {
            return Set.of(TRANSACTION_CALL, SOCKET_FRAME, WEBHOOK);
        }
    }

    /** Not sent; a socket stays open and its pings continue. */
    record Lose() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SOCKET_FRAME, WEBHOOK);
        }
    }

    /** Sent twice. */
    record Twice() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SOCKET_FRAME, WEBHOOK);
        }
    }

    /** Sent this much later; later messages overtake it. */
    record Delay(@JsonProperty(required = true) long millis) implements Fault {
        public Delay {
            requireMillis(millis);
        }

        @Override
        public Set<Place> places() {
            return Set.of(WEBHOOK);
        }
    }

    /** Held until the control API releases held webhooks. */
    record Hold() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(WEBHOOK);
        }
    }

    /** Kept until the transaction is terminal; then the newest goes first. */
    record Reverse() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(WEBHOOK);
        }
    }

    /** The time of the change is shifted by this much; negative is earlier. */
    record ShiftTime(@JsonProperty(required = true) long millis) implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(TRANSACTION_CALL, SOCKET_FRAME, WEBHOOK);
        }
    }

    /** One message in three fragments. */
    record Fragment() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SOCKET_FRAME);
        }
    }

    /** From this frame on the connection is half open: it stays open, but sends nothing, not even a pong. */
    record Silence() implements Fault {
        @Override
        public Set<Place> places() {
            return Set.of(SOCKET_FRAME);
        }
    }

    private static void requireMillis(long millis) {
        if (millis < 0 || millis > 3_600_000) {
            throw new IllegalArgumentException("a delay is between 0 and 3600000 milliseconds, not " + millis);
        }
    }
}
