package dev.rampgate.identity;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.wire.PrintableText;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import java.util.Optional;

/** {@code demo} mode: every caller is the demo user, or the user whom the headers name. For the sandbox and tests alone. */
final class DemoUser implements IdentitySource {

    private static final String USER_ID = "demo-user";
    private static final String EMAIL_DOMAIN = "@example.test";

    private final String userIdName;
    private final String emailName;
    private final String referenceName;

    DemoUser(IdentitySettings.Header settings) {
        this.userIdName = settings.userIdName();
        this.emailName = settings.emailName();
        this.referenceName = settings.referenceName();
    }

    @Override
    public Uni<Optional<Caller>> caller(MultiMap headers) {
        return Uni.createFrom().item(() -> named(headers));
    }

    private Optional<Caller> named(MultiMap headers) {
        String userId = headers.contains(userIdName)
                ? CallerRules.ofHeader(headers.get(userIdName)).orElse("")
                : USER_ID;
        if (!CallerRules.isUserId(userId)) {
            throw new RefusedIdentity(Reason.BAD_USER_ID);
        }
        Optional<String> email = headers.contains(emailName)
                ? CallerRules.ofHeader(headers.get(emailName)).filter(CallerRules::isEmail)
                : Optional.of(USER_ID + EMAIL_DOMAIN);
        Optional<String> reference = headers.contains(referenceName)
                ? CallerRules.ofHeader(headers.get(referenceName)).filter(PrintableText::isReference)
                : Optional.empty();
        return Optional.of(new Caller(userId, email.orElse(null), reference.orElse(null)));
    }

    @Override
    public String challenge(MultiMap headers) {
        return "Demo realm=\"rampgate\"";
    }
}
