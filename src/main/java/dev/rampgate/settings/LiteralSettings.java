package dev.rampgate.settings;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes every setting of ours as it was written, wherever it was: a dollar, {@code ${...}} and a backslash in a password are
 * what they look like, while other settings may refer to it and get it whole. Line ends behind a value are not part of it: an
 * environment filled from a file often has one. Elements of a list stand between commas, have no white space around them, and
 * are literal otherwise. Settings of Quarkus ({@code quarkus.*}) expand as Quarkus documents it. Found by the configuration, as a
 * service.
 *
 * <p>It stands directly inside of SmallRye's expansion and escapes what that would change; so a value is literal also where
 * application.properties refers to it, which an interceptor outside of the expansion would not see.
 */
@Priority(LiteralSettings.PRIORITY)
public final class LiteralSettings implements ConfigSourceInterceptor {

    private static final long serialVersionUID = 1L;

    /** The expansion has 300, profiles have 200. */
    static final int PRIORITY = Priorities.LIBRARY + 290;

    /** Settings that are lists: their conversion takes a backslash for an escape. {@code <name>} stands for any name. */
    public static final Set<String> LISTS = Set.of(
            "rampgate.client-address.trusted-proxies",
            "rampgate.cors.headers",
            "rampgate.cors.origins",
            "rampgate.hand-off.frame-origins",
            "rampgate.identity.jwt.algorithms",
            "rampgate.identity.jwt.audience",
            "rampgate.live.ticket-keys",
            "rampgate.operate.audit.keys",
            "rampgate.operate.jwt.algorithms",
            "rampgate.operate.jwt.audience",
            "rampgate.operate.jwt.roles.<name>",
            "rampgate.operate.proxy.roles.<name>",
            "rampgate.outbox.endpoints.<name>.types",
            "rampgate.session.amount-ranges",
            "rampgate.session.pairs",
            "rampgate.session.redirect-origins",
            "rampgate.webhook.allowlist",
            "rampgate.webhook.keys");

    private static final String OURS = "rampgate.";
    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+\\z");
    private static final Pattern NAMED = Pattern.compile(
            "(?<=\\Arampgate\\.(?:outbox\\.endpoints|operate\\.jwt\\.roles|operate\\.proxy\\.roles)\\.)[^.\\[]+");
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]\\z");

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue found = context.proceed(name);
        if (found == null || found.getValue() == null || !name.startsWith(OURS)) {
            return found;
        }
        String text = written(name, found.getValue());
        if (Expressions.isEnabled()) {
            text = escaped(isList(name) ? text.replace("\\", "\\\\") : text);
        }
        return text.equals(found.getValue()) ? found : found.withValue(text);
    }

    private static String written(String name, String text) {
        if (isList(name)) {
            return stripped(text);
        }
        // A single element, as files of settings may write it.
        boolean element = isList(INDEX.matcher(name).replaceFirst(""));
        return element ? text.strip() : LINE_ENDS.matcher(text).replaceFirst("");
    }

    private static boolean isList(String name) {
        return LISTS.contains(NAMED.matcher(name).replaceFirst("<name>"));
    }

    private static String stripped(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .collect(Collectors.joining(","));
    }

    /** Returns a text that SmallRye's expansion turns into the given one. Only this escape works after a backslash. */
    public static String escaped(String text) {
        return text.replace("$", "\\$");
    }
}
