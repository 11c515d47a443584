package dev.rampgate.session;

import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.OwnReference.Source;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The body of {@code POST /session}. Who asks, and from where, never stands in it.
 *
 * @param network blockchain network, for example {@code ERC20}
 * @param currency crypto currency, for example {@code USDC}
 * @param amount crypto amount, a decimal string above zero such as {@code 42.75}
 * @param type {@code buy} or {@code sell}; the partner's default at Proof if it is absent
 * @param redirectUrl where the widget sends the user afterwards
 * @param address destination wallet; only where Proof asked for it at onboarding
 * @param reference the company's own id for the session: 1 to 128 printable characters, spaces only between others; need not be
 *     unique; a claim, since the user's client names it
 * @param metadata an object of strings: at most 50, names of 1 to 64 characters, 8,192 bytes in all as JSON
 */
public record SessionRequest(
        @NotNull(message = GIVEN) @Pattern(regexp = WORD, message = WORD_RULE) String network,

        @NotNull(message = GIVEN) @Pattern(regexp = WORD, message = WORD_RULE) String currency,

        @NotNull(message = GIVEN) @Size(max = 40) @Pattern(
                regexp = "(?=.*[1-9])(0|[1-9][0-9]*)(\\.[0-9]+)?",
                message = "must be a decimal number above zero, such as 42.75")
        String amount,

        @Pattern(regexp = "buy|sell", message = "must be buy or sell") String type,

        @Size(max = 2048) @Pattern(
                regexp = "(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:/[\\x21-\\x7E]+",
                message = "must be an absolute URL of printable ASCII characters")
        String redirectUrl,

        @Size(max = 256) @Pattern(regexp = "[\\x21-\\x7E]+", message = "must be of printable ASCII characters without spaces") String address,

        @Reference String reference,

        @Metadata Map<String, Object> metadata) {

    private static final String GIVEN = "must be given";
    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,31}";
    private static final String WORD_RULE = "must have 1 to 32 letters, digits, dots, hyphens or underscores";

    /**
     * What the company calls the session.
     *
     * @param byGateway the reference that the gateway names, which goes before that of the body; null if it names none
     */
    OwnReference own(String byGateway) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (metadata != null) {
            metadata.forEach((name, value) -> texts.put(name, (String) value));
        }
        if (byGateway != null) {
            return new OwnReference(byGateway, Source.GATEWAY, texts);
        }
        return new OwnReference(reference, reference == null ? null : Source.CALLER, texts);
    }

    /** Without the address and the amount, which are private, and what the company wrote. */
    @Override
    public String toString() {
        return "SessionRequest[" + type + " " + currency + " on " + network + "]";
    }
}
