package dev.rampgate.backoffice;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;

/** The operator's secrets, compared in a time that tells nothing about them. */
final class OperatorTokens {

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^,]]{16,256}");
    private static final String SCHEME = "Bearer ";

    private final List<byte[]> digests;

    private OperatorTokens(List<byte[]> digests) {
        this.digests = digests;
    }

    /**
     * @throws ConfigurationException if one could be guessed or cannot stand in a header; its message shows none of them
     */
    static OperatorTokens of(List<String> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (!TOKEN.matcher(tokens.get(i)).matches()) {
                throw new ConfigurationException("rampgate.operate.token (RAMPGATE_OPERATE_TOKEN): token " + (i + 1)
                        + " must have 16 to 256 printable ASCII characters without spaces and commas, best from `openssl"
                        + " rand -hex 24`");
            }
        }
        return new OperatorTokens(tokens.stream().map(OperatorTokens::digest).toList());
    }

    /** Whether there is none, so that nobody may call. */
    boolean areMissing() {
        return digests.isEmpty();
    }

    /**
     * Looks at every token, whatever the first says.
     *
     * @param authorization the header of that name; may be null
     */
    boolean allow(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] digest = digest(authorization.substring(SCHEME.length()).strip());
        boolean found = false;
        for (byte[] token : digests) {
            found |= MessageDigest.isEqual(token, digest);
        }
        return found;
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
