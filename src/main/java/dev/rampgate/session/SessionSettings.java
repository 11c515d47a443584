package dev.rampgate.session;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the session call. */
@ConfigMapping(prefix = "rampgate.session")
public interface SessionSettings {

    /**
     * How long a session that Proof opened waits to be stored before the user gets it anyway. Default:
     * {@code 1s}.
     */
    @WithDefault("1s")
    Duration storeTimeout();

    /**
     * Currencies and networks that are offered, spelled as Proof spells them, such as {@code USDC/ERC20, USDT/TRC20};
     * anything else is 400 {@code currency-not-allowed} or {@code wallet-not-supported}. Unit: pairs. Default: whatever
     * Proof allows.
     */
    Optional<List<String>> pairs();

    /**
     * Whether users may sell; Proof has to enable it too. Otherwise 400 {@code sell-not-offered}. Default:
     * {@code false}.
     */
    @WithDefault("false")
    boolean sell();

    /**
     * Crypto amounts for a pair, both ends included, such as {@code USDC/ERC20=10..5000, USDT/TRC20=20..}; otherwise
     * 400 {@code invalid-request} that names {@code amount}. Unit: ranges. Default: whatever Proof allows.
     */
    Optional<List<String>> amountRanges();

    /**
     * Where {@code redirect_url} may lead: origins such as {@code https://shop.example.com} ({@code http} for
     * {@code localhost} alone), or the scheme of the company's own app, such as {@code myapp://} or
     * {@code com.example.shop:}; otherwise 400 {@code redirect-not-allowed}. Unit: origins. Default: none, no
     * {@code redirect_url} is taken.
     */
    Optional<List<String>> redirectOrigins();

    /** How many sessions may be asked for. */
    Limits limits();

    /** What is kept for callers that repeat a request under an {@code Idempotency-Key}. */
    Idempotency idempotency();

    /** How long answers are kept, and how soon they are deleted. */
    interface Idempotency {

        /**
         * How long the same key gets the same answer. It holds the session's tokens, so it is stored no longer than
         * that; less than 1 h. Default: {@code 15m}.
         */
        @WithDefault("15m")
        Duration keep();

        /** How often each replica deletes what has expired. Default: {@code 30s}. */
        @WithDefault("30s")
        Duration sweepInterval();
    }

    /** Rates such as {@code 10/1m}, or {@code off}; for each replica. */
    interface Limits {

        /** Sessions that one user may ask for. Unit: rate. Default: {@code 10/1m}. */
        @WithDefault("10/1m")
        String user();

        /**
         * Sessions that may be asked for from one address (for IPv6: one /64), behind which many users may sit; a
         * caller who hides it is counted by the peer of the connection. Unit: rate. Default: {@code 60/1m}.
         */
        @WithDefault("60/1m")
        String address();

        /**
         * Maximum number of transactions of one user that are {@code pending} and were created within the last hour, or {@code processing}
         * and created within the last day, and not abandoned, over all replicas; beyond them a session is 429 {@code too-many-unfinished}. 0 sets no limit. Unit: transactions. Default:
         * {@code 20}.
         */
        @WithDefault("20")
        int unfinished();

        /** Questions for the KYC status by one user; each is a call to Proof. Unit: rate. Default: {@code 30/1m}. */
        @WithDefault("30/1m")
        String kycUser();
    }
}
