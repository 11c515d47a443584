package dev.rampgate.proof;

import java.util.List;
import java.util.Optional;
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

    private record Known(List<Token> tokens, Token preferred) {
        Optional<Token> of(String text) {
            return tokens.stream().filter(token -> token.text.equals(text)).findFirst();
        }
    }

    private final AtomicReference<Known> known;

    ClientTokens(List<String> texts) {
        List<Token> tokens = texts.stream().distinct().map(Token::new).toList();
        this.known = new AtomicReference<>(new Known(tokens, tokens.get(0)));
    }

    /** The one to use for the next call. */
    Token preferred() {
        return known.get().preferred();
    }

    /** Whether there are two. */
    boolean hasOther() {
        return known.get().tokens().size() > 1;
    }

    /**
     * Records that Proof refused a token: from now on the other is preferred, if there is one.
     *
     * @return whether the preference changed; false if another call reported the same refusal before
     */
    boolean refused(Token token) {
        Known now = known.get();
        Optional<Token> other =
                now.tokens().stream().filter(each -> each != token).findFirst();
        return now.preferred() == token
                && other.isPresent()
                && known.compareAndSet(now, new Known(now.tokens(), other.get()));
    }

    /**
     * Takes these tokens from now on. One that was known before stays the same, and stays preferred.
     *
     * @param texts the first is preferred if the one preferred before is gone
     * @return whether that changed anything
     */
    boolean replace(List<String> texts) {
        Known before = known.get();
        List<Token> tokens = texts.stream()
                .distinct()
                .map(text -> before.of(text).orElseGet(() -> new Token(text)))
                .toList();
        if (tokens.equals(before.tokens())) {
            return false;
        }
        Token preferred = tokens.contains(before.preferred()) ? before.preferred() : tokens.get(0);
        return known.compareAndSet(before, new Known(tokens, preferred));
    }
}
