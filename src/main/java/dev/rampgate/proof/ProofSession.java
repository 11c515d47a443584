package dev.rampgate.proof;

import dev.rampgate.wire.CleanText;
import dev.rampgate.wire.TransactionIds;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A session that Proof opened: its answer untouched, for the widget, and the few parts of it that we store. The answer
 * holds tokens; it goes to the user who asked, and never to a log.
 */
public final class ProofSession {
    /** What every answer has, whichever edition of the contract it follows (Proof contract, section 2). */
    private static final List<String> REQUIRED =
            List.of("merchant_transaction_id", "widget_id", "address", "signature", "init_token", "init_token_type");

    private static final List<String> WORDS = List.of("type", "currency", "network", "amount");

    private static final int MAX_WORD_LENGTH = 64;
    private static final int MAX_ADDRESS_LENGTH = 256;
    private static final int KEPT_STATUS = 201;

    private final byte[] body;
    private final String transactionId;
    private final JsonFields fields;
    private final String requestId;

    private ProofSession(byte[] body, String transactionId, JsonFields fields, String requestId) {
        this.body = body;
        this.transactionId = transactionId;
        this.fields = fields;
        this.requestId = requestId;
    }

    /** @throws ProofFailure of an invalid answer if one of the required fields is missing or the id cannot be used */
    static ProofSession of(Answer answer) {
        JsonFields fields = JsonFields.of(answer.body()).orElseThrow(() -> invalid(answer, "is no JSON object"));
        for (String name : REQUIRED) {
            fields.string(name).orElseThrow(() -> invalid(answer, "lacks " + name));
        }
        String id = fields.string("merchant_transaction_id")
                .filter(TransactionIds::isPossible)
                .orElseThrow(() -> invalid(answer, "has no usable merchant_transaction_id"));
        return new ProofSession(answer.body(), id, fields, answer.requestId());
    }

    /**
     * A session of an answer that was kept as {@link #body()}, read once more.
     *
     * @throws ProofFailure of an invalid answer if it is none
     */
    public static ProofSession kept(byte[] body) {
        return of(new Answer(KEPT_STATUS, null, null, body));
    }

    private static ProofFailure invalid(Answer answer, String problem) {
        return ProofFailure.invalidAnswer(answer.status(), problem, answer.requestId());
    }

    /** Proof's answer, byte for byte, but for a byte order mark: no JSON of ours begins with one (RFC 8259, section 8.1). */
    public byte[] body() {
        return body.clone();
    }

    /** {@code merchant_transaction_id}, 1 to 128 characters. */
    public String transactionId() {
        return transactionId;
    }

    /** {@code buy} or {@code sell}, if the answer says so. */
    public Optional<String> type() {
        return word("type");
    }

    /** Crypto currency, if the answer says so. */
    public Optional<String> currency() {
        return word("currency");
    }

    /** Blockchain network, if the answer says so. */
    public Optional<String> network() {
        return word("network");
    }

    /** Crypto amount, if the answer says so; as it came. */
    public Optional<String> amount() {
        return word("amount");
    }

    /** The destination wallet that Proof resolved, if it is not empty. */
    public Optional<String> address() {
        return fields.string("address").filter(text -> !text.isEmpty());
    }

    /** The same where it can be stored: at most 256 characters, none of them a control character. */
    public Optional<String> storableAddress() {
        return address().filter(text -> text.length() <= MAX_ADDRESS_LENGTH).filter(CleanText::isClean);
    }

    /** Where the widget sends the user afterwards, if the answer says so; as it came. */
    public Optional<String> redirectUrl() {
        return fields.string("redirect_url");
    }

    /** Proof's {@code X-Request-Id}; none for an answer that was kept. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** Names of the fields above that are there but cannot be read. */
    public Set<String> droppedFields() {
        Set<String> dropped = WORDS.stream()
                .filter(name -> word(name).isEmpty())
                .filter(name -> fields.isOther(name)
                        || fields.string(name).filter(text -> !text.isEmpty()).isPresent())
                .collect(Collectors.toSet());
        if (address().isPresent() && storableAddress().isEmpty()) {
            dropped.add("address");
        }
        return dropped;
    }

    private Optional<String> word(String name) {
        return fields.text(name)
                .filter(text -> !text.isEmpty() && text.length() <= MAX_WORD_LENGTH)
                .filter(CleanText::isClean);
    }

    @Override
    public String toString() {
        return "ProofSession[" + transactionId + "]";
    }
}
