package dev.rampgate.startup;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** User and amount of the smoke test's sessions. */
@ConfigMapping(prefix = "rampgate.smoke")
public interface SmokeSettings {

    /** {@code partner_user_id} of its sessions; Proof keeps it. Unit: text. Default: {@code rampgate-smoke-test}. */
    @WithDefault("rampgate-smoke-test")
    String userId();

    /**
     * {@code user_email} of its sessions; Proof keeps it. Unit: text. Default: {@code rampgate-smoke-test@example.com}.
     */
    @WithDefault("rampgate-smoke-test@example.com")
    String email();

    /**
     * The crypto amount. For pairs that do not allow it, the nearest end of {@code rampgate.session.amount-ranges} is used.
     * Unit: amount. Default: {@code 50}.
     */
    @WithDefault("50")
    String amount();
}
