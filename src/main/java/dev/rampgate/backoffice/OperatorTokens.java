package dev.rampgate.backoffice;

import dev.rampgate.wire.SecretSet;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.regex.Pattern;

/** The tokens of which an operator must send one. */
final class OperatorTokens {

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^,]]{16,256}");
    private static final String SCHEME = "Bearer ";

    private final SecretSet tokens;

    private OperatorTokens(SecretSet tokens) {
        this.tokens = tokens;
    }

    /**
     * @throws ConfigurationException if a token could be guessed or cannot stand in a header; its message shows no token
     */
    static OperatorTokens of(List<String> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (!TOKEN.matcher(tokens.get(i)).matches()) {
                throw new ConfigurationException("rampgate.operate.token (RAMPGATE_OPERATE_TOKEN): token " + (i + 1)
                        + " must have 16 to 256 printable ASCII characters without spaces and commas, best from `openssl"
                        + " rand -hex 24`");
            }
        }
        return new OperatorTokens(SecretSet.of(tokens));
    }

    /** Whether no token is configured, so that every call is refused. */
    boolean areMissing() {
        return tokens.isEmpty();
    }

    /**
     * Whether a request carries one of the tokens.
     *
     * @param authorization the header {@code Authorization}; may be null
     */
    boolean allow(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        return tokens.contains(authorization.substring(SCHEME.length()).strip());
    }
}
