package dev.rampgate.identity;

import dev.rampgate.wire.PrintableText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an id and an e-mail address of a user may look like, wherever they come from. The id becomes a path segment of a call
 * to Proof, percent-encoded (Proof contract, section 2).
 */
final class CallerRules {

    /** Most characters of an id, each a Unicode code point. */
    private static final int MAX_USER_ID = 128;

    private static final int MAX_EMAIL = 254;

    private static final Pattern EMAIL = Pattern.compile(
            "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}.-]*[\\p{L}\\p{M}\\p{N}])?");

    private CallerRules() {}

    /**
     * Whether this is 1 to 128 printable characters, with spaces only between others. Not an id are {@code .} and {@code ..},
     * which climb a path even where they are encoded. Ids are compared as they are: nothing is folded or normalized.
     */
    static boolean isUserId(String text) {
        return PrintableText.is(text, MAX_USER_ID) && !text.equals(".") && !text.equals("..");
    }

    /** Whether the address is plausible and bounded. Rampgate does not check that it exists. */
    static boolean isEmail(String text) {
        return text.length() <= MAX_EMAIL && EMAIL.matcher(text).matches();
    }

    /**
     * The text that a header's value stands for. HTTP gives octets, which the server shows as ISO-8859-1; they are meant as
     * UTF-8. Empty if they are none.
     */
    static Optional<String> ofHeader(String value) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
