package dev.rampgate.proof;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The client tokens: one, or two while Proof rotates it. Remembers which one Proof took last, so that all calls and
 * sockets turn to the other as soon as one of them was refused (Proof contract, section 1 and U13).
 */
final class ClientTokens {

    /** A token. Its text is a secret, and appears nowhere but in the {@code Authorization} header. */
    static final class Token {
        private final String text;

        private Token(String text) {
            this.text = text;
        }

        /** The value of the {@code Authorization} header. */
        String authorization() {
            return "Bearer " + text;
        }

        @Override
        public String toString() {
            return "Token[***]";
        }
    }

    private final List<Token> tokens;
    private final AtomicReference<Token> preferred;

    ClientTokens(List<String> texts) {
        this.tokens = texts.stream().distinct().map(Token::new).toList();
        this.preferred = new AtomicReference<>(tokens.get(0));
    }

    /** The one to use for the next call. */
    Token preferred() {
        return preferred.get();
    }

    /** Whether there are two. */
    boolean hasOther() {
        return tokens.size() > 1;
    }

    /**
     * Tells that Proof refused a token: from now on the other is preferred, if there is one.
     *
     * @return whether this was news; it is not if somebody else came with the same before
     */
    boolean refused(Token token) {
        return tokens.stream().filter(other -> other != token).anyMatch(other -> preferred.compareAndSet(token, other));
    }
}
