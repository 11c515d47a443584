package dev.rampgate.session.handoff;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the hosted page for apps. */
@ConfigMapping(prefix = "rampgate.hand-off")
public interface HandOffSettings {

    /**
     * Where users reach Rampgate, such as {@code https://ramp.example.com} ({@code http} for {@code localhost} alone), without a
     * slash at the end; needs {@code rampgate.live.ticket-keys}. Unit: URL. Default: none, no page.
     */
    Optional<String> baseUrl();

    /** Proof's widget script. Unit: URL. Default: {@code https://widget.proof.community/widget.2.0.js}. */
    @WithDefault("https://widget.proof.community/widget.2.0.js")
    String widgetScript();

    /** Origins that the widget is framed from, and that get the camera. Unit: origins. Default: none, the one of its script. */
    Optional<List<String>> frameOrigins();

    /**
     * What the page calls itself, and the place that users return to. Unit: text. Default: none, it says Payment and the app.
     */
    Optional<String> appName();

    /** How long a code waits to be used, {@code 10s} to {@code 10m}. Default: {@code 1m}. */
    @WithDefault("1m")
    Duration lifetime();

    /** How long an opened page may go on following its transaction, {@code 10m} to {@code 24h}. Default: {@code 1h}. */
    @WithDefault("1h")
    Duration followFor();

    /** How often each replica deletes expired sessions that no page fetched. Default: {@code 30s}. */
    @WithDefault("30s")
    Duration sweepInterval();

    /** How often codes may be tried. */
    Limits limits();

    /** Rates such as {@code 10/1m}, or {@code off}; for each replica. */
    interface Limits {

        /**
         * Codes that may be tried from one address (for IPv6: one /64), behind which many users may sit. Unit: rate. Default:
         * {@code 60/1m}.
         */
        @WithDefault("60/1m")
        String address();
    }
}
