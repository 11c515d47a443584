package dev.rampgate.session.handoff;

import dev.rampgate.identity.Tickets;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of the hosted page, and the origins whose script it may run. A wrong setting fails startup. */
@Startup
@Singleton
class HandOffAddresses {

    private static final String PREFIX = "rampgate.hand-off.";
    private static final String ORIGIN = "(?:https://[a-z0-9.-]+|http://(?:localhost|127\\.0\\.0\\.1))(?::[0-9]{1,5})?";

    /** Nothing that could end an attribute of the page or a directive of its policy. */
    private static final String PATH = "(?:/[A-Za-z0-9._~-]+)";

    private static final Pattern BASE = Pattern.compile(ORIGIN + PATH + "*");
    private static final Pattern SCRIPT = Pattern.compile("(" + ORIGIN + ")" + PATH + "+");
    private static final Pattern FRAME = Pattern.compile(ORIGIN);

    private final Optional<String> base;
    private final String script;
    private final String scriptOrigin;
    private final List<String> frameOrigins;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    @Inject
    HandOffAddresses(HandOffSettings settings, Tickets tickets) {
        this(settings, tickets.areOffered());
    }

    HandOffAddresses(HandOffSettings settings, boolean canBeFollowed) {
        this.base = settings.baseUrl().map(String::strip);
        base.ifPresent(url -> require(
                BASE.matcher(url).matches(),
                "base-url",
                url,
                "is not an address for users; write https:// and a host, without a slash at the end, for example"
                        + " https://ramp.example.com"));
        this.script = settings.widgetScript().strip();
        Matcher parts = SCRIPT.matcher(script);
        require(
                parts.matches(),
                "widget-script",
                script,
                "is not an address of a script; write for example https://widget.proof.community/widget.2.0.js");
        this.scriptOrigin = parts.group(1);
        this.frameOrigins = settings.frameOrigins().orElse(List.of(scriptOrigin)).stream()
                .map(String::strip)
                .toList();
        frameOrigins.forEach(
                origin -> require(
                        FRAME.matcher(origin).matches(),
                        "frame-origins",
                        origin,
                        "is not an origin; write https:// and a host in lower case, for example https://widget.proof.community"));
        within("lifetime", settings.lifetime(), Duration.ofSeconds(10), Duration.ofMinutes(10));
        within("follow-for", settings.followFor(), Duration.ofMinutes(10), Duration.ofHours(24));
        if (base.isPresent() && !canBeFollowed) {
            throw wrong(
                    "base-url",
                    "needs rampgate.live.ticket-keys (RAMPGATE_LIVE_TICKET_KEYS), by which the page follows its"
                            + " transaction; make one by openssl rand -hex 32, the same at all replicas");
        }
    }

    /** Whether sessions are handed off at all. */
    boolean areSet() {
        return base.isPresent();
    }

    /** The page's address for the user who has this code. The code stands behind a {@code #}, which browsers do not send. */
    String pageFor(HandOffCode code) {
        return base.orElseThrow() + "/hand-off#" + code.text();
    }

    String script() {
        return script;
    }

    String scriptOrigin() {
        return scriptOrigin;
    }

    List<String> frameOrigins() {
        return frameOrigins;
    }

    private static void within(String setting, Duration value, Duration least, Duration most) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                setting,
                value.toString(),
                "must be from " + least.toSeconds() + "s to " + most.toSeconds() + "s");
    }

    private static void require(boolean right, String setting, String value, String why) {
        if (!right) {
            throw wrong(setting, "'" + value + "' " + why);
        }
    }

    private static ConfigurationException wrong(String setting, String why) {
        return new ConfigurationException(PREFIX + setting + ": " + why, Set.of(PREFIX + setting));
    }
}
