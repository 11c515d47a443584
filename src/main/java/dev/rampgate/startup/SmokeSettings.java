package dev.rampgate.startup;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** For whom and how much the smoke test's sessions are. */
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
     * The crypto amount; the end of {@code rampgate.session.amount-ranges} for pairs where this one is not allowed.
     * Unit: amount. Default: {@code 50}.
     */
    @WithDefault("50")
    String amount();
}
