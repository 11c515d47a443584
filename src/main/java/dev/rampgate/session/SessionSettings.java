package dev.rampgate.session;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the session call. */
@ConfigMapping(prefix = "rampgate.session")
public interface SessionSettings {

    /** How long a session that Proof opened waits to be stored before the user gets it all the same. */
    @WithDefault("1s")
    Duration storeTimeout();

    /** Currencies and networks that are offered, such as {@code USDC/ERC20}. Default: whatever Proof allows. */
    Optional<List<String>> pairs();

    /** Whether users may sell; Proof has to enable it too. Default: no. */
    @WithDefault("false")
    boolean sell();

    /** Amounts for a pair, such as {@code USDC/ERC20=10..5000}, {@code USDC/ERC20=10..}. Default: whatever Proof allows. */
    Optional<List<String>> amountRanges();

    /**
     * Where {@code redirect_url} may lead: origins such as {@code https://shop.example.com}, or the scheme of the company's
     * own app, such as {@code myapp://}. Default: nowhere, so that a request with a {@code redirect_url} is refused.
     */
    Optional<List<String>> redirectOrigins();

    /** How many sessions may be asked for. */
    Limits limits();

    /** What is kept for callers that repeat a request under an {@code Idempotency-Key}. */
    Idempotency idempotency();

    /** How long answers are kept, and how soon they are deleted. */
    interface Idempotency {

        /** How long the same key gets the same answer; less than 1 h. Default: 15 min. */
        @WithDefault("15m")
        Duration keep();

        /** How often each replica deletes what has expired. Default: 30 s. */
        @WithDefault("30s")
        Duration sweepInterval();
    }

    /** Rates such as {@code 10/1m}, or {@code off}; for each replica. */
    interface Limits {

        /** By one user. Default: 10 in a minute. */
        @WithDefault("10/1m")
        String user();

        /** From one address (for IPv6: one /64), behind which many users may sit. Default: 60 in a minute. */
        @WithDefault("60/1m")
        String address();

        /** Questions for the KYC status by one user; each is a call to Proof. Default: 30 in a minute. */
        @WithDefault("30/1m")
        String kycUser();
    }
}
