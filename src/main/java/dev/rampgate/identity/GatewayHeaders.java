package dev.rampgate.identity;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.wire.PrintableText;
import dev.rampgate.wire.SecretSet;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code header} mode: a gateway has signed the user in, and proves itself with a shared secret. No header may
 * stand twice, so that a second value cannot slip past a gateway that only appends. Values are UTF-8.
 */
final class GatewayHeaders implements IdentitySource {

    private static final String SETTING = "rampgate.identity.header.secret";
    private static final int MIN_SECRET_LENGTH = 16;
    private static final Pattern ENDS = Pattern.compile("^[ \\t]+|[ \\t]+$");

    private final SecretSet secrets;
    private final String secretName;
    private final String userIdName;
    private final String emailName;
    private final String referenceName;

    /** @throws ConfigurationException if the secret is missing or too short */
    GatewayHeaders(IdentitySettings.Header settings) {
        String secret = settings.secret().orElse("");
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new ConfigurationException(
                    SETTING + " (RAMPGATE_IDENTITY_HEADER_SECRET) is " + (secret.isEmpty() ? "missing" : "too short")
                            + ": header mode needs the secret that the gateway sends in " + settings.secretName()
                            + ", of at least " + MIN_SECRET_LENGTH + " characters",
                    Set.of(SETTING));
        }
        // HTTP takes spaces off the ends of a header's value.
        this.secrets = SecretSet.of(List.of(ENDS.matcher(secret).replaceAll("")));
        this.secretName = settings.secretName();
        this.userIdName = settings.userIdName();
        this.emailName = settings.emailName();
        this.referenceName = settings.referenceName();
    }

    @Override
    public Uni<Optional<Caller>> caller(MultiMap headers) {
        return Uni.createFrom().item(() -> named(headers));
    }

    private Optional<Caller> named(MultiMap headers) {
        if (!headers.contains(secretName) && !headers.contains(userIdName) && !headers.contains(emailName)) {
            return Optional.empty();
        }
        String secret = only(headers, secretName, Reason.NO_SECRET).orElse("");
        if (!secrets.contains(secret)) {
            throw new RefusedIdentity(Reason.WRONG_SECRET);
        }
        String userId = only(headers, userIdName, Reason.BAD_USER_ID)
                .filter(CallerRules::isUserId)
                .orElseThrow(() -> new RefusedIdentity(Reason.BAD_USER_ID));
        Optional<String> email = headers.contains(emailName)
                ? only(headers, emailName, Reason.BAD_EMAIL).filter(CallerRules::isEmail)
                : Optional.empty();
        return Optional.of(new Caller(userId, email.orElse(null), reference(headers)));
    }

    /** Null if there is none, or an empty one: some gateways send a header for what they do not know. */
    private String reference(MultiMap headers) {
        if (!headers.contains(referenceName)) {
            return null;
        }
        String reference = only(headers, referenceName, Reason.BAD_REFERENCE)
                .filter(text -> text.isEmpty() || PrintableText.isReference(text))
                .orElseThrow(() -> new RefusedIdentity(Reason.BAD_REFERENCE));
        return reference.isEmpty() ? null : reference;
    }

    /** A scheme that no browser knows, so that none asks the user for a password: one signs in at the gateway. */
    @Override
    public String challenge(MultiMap headers) {
        return "Gateway realm=\"rampgate\"";
    }

    /** The text of a header that must stand exactly once; empty if it is no UTF-8. */
    private static Optional<String> only(MultiMap headers, String name, Reason otherwise) {
        List<String> values = headers.getAll(name);
        if (values.size() != 1) {
            throw new RefusedIdentity(otherwise);
        }
        return CallerRules.ofHeader(values.get(0));
    }
}
