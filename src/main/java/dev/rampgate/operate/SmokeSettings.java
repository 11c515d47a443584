package dev.rampgate.operate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** For whom and how much the smoke test's sessions are. */
@ConfigMapping(prefix = "rampgate.smoke")
public interface SmokeSettings {

    /** {@code partner_user_id} of its sessions. */
    @WithDefault("rampgate-smoke-test")
    String userId();

    /** {@code user_email} of its sessions. */
    @WithDefault("rampgate-smoke-test@example.com")
    String email();

    /** Crypto amount; the end of {@code rampgate.session.amount-ranges} for pairs where this one is not allowed. */
    @WithDefault("50")
    String amount();
}
