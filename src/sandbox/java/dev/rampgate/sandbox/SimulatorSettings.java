package dev.rampgate.sandbox;

import dev.rampgate.sandbox.scenario.Scenarios;
import dev.rampgate.sandbox.transaction.IdShape;
import dev.rampgate.sandbox.transaction.LifeMode;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The configuration of a simulated Proof: what Proof's team would configure for a partner, and how fast time passes. Created by
 * {@link #builder()}; every setting has a default.
 *
 * @param host address to listen on, default {@code localhost}
 * @param port TCP port, default 0: a free one
 * @param clientToken bearer token of the partner, default {@code tok_sandbox_0001}
 * @param otherClientToken bearer token of another partner, default null: there is none
 * @param webhookUrl where webhooks go, default null: none
 * @param webhookAtPending whether the first {@code pending} is sent by webhook too, default false: it is not a change
 * @param wallets networks with an active wallet per enabled currency; default USDC and USDT on ERC20, USDT on TRC20
 * @param fiatCurrencies default EUR and USD; the first is the one of a session
 * @param sellEnabled default true
 * @param idShape default UUID
 * @param sessionStatus HTTP status of a good session call, default 200 (the contract states none)
 * @param widgetId default {@code 77777777-aaaa-4bbb-8ccc-000000000001}
 * @param redirectUrl the partner's default, {@code https://shop.example.test/ramp/done}
 * @param theme the widget's theme in sessions, default {@code light}; the sandbox says {@code auto}: as the browser prefers
 * @param initTokenLifetime how long a session's widget works, default 1 hour
 * @param lifeMode who changes transactions, default MANUAL
 * @param delayFactor factor of realistic delays, default 1
 * @param depositWindow how long a sell waits for its deposit, default 6 hours, times the factor
 * @param timePrecision of all times, default MILLIS; SECONDS as in the contract's examples
 * @param clock default the machine's
 * @param random source of ids, tokens and random faults; must be thread-safe
 * @param scenarios the scenarios that can be played by name, default the built-in ones
 * @param transactionLimit how many transactions are kept, default 100000
 * @param receiverSecret the secret with which a receiver of the company's verifies Rampgate's events, default null: there is none
 */
public record SimulatorSettings(
        String host,
        int port,
        String clientToken,
        String otherClientToken,
        String webhookUrl,
        boolean webhookAtPending,
        Map<String, Set<String>> wallets,
        List<String> fiatCurrencies,
        boolean sellEnabled,
        IdShape idShape,
        int sessionStatus,
        String widgetId,
        String redirectUrl,
        String theme,
        Duration initTokenLifetime,
        LifeMode lifeMode,
        double delayFactor,
        Duration depositWindow,
        ChronoUnit timePrecision,
        InstantSource clock,
        RandomGenerator random,
        Scenarios scenarios,
        int transactionLimit,
        String receiverSecret) {

    /** The defaults: a manual life, no webhooks, a free port. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String toString() {
        return "SimulatorSettings[" + host + ":" + port + " " + lifeMode + "]";
    }

    /** Builds settings from the defaults and the given changes. */
    public static final class Builder {
        private String host = "localhost";
        private int port;
        private String clientToken = "tok_sandbox_0001";
        private String otherClientToken;
        private String webhookUrl;
        private boolean webhookAtPending;
        private Map<String, Set<String>> wallets =
                new LinkedHashMap<>(Map.of("USDC", Set.of("ERC20"), "USDT", Set.of("ERC20", "TRC20")));
        private List<String> fiatCurrencies = List.of("EUR", "USD");
        private boolean sellEnabled = true;
        private IdShape idShape = IdShape.UUID;
        private int sessionStatus = 200;
        private String widgetId = "77777777-aaaa-4bbb-8ccc-000000000001";
        private String redirectUrl = "https://shop.example.test/ramp/done";
        private String theme = "light";
        private Duration initTokenLifetime = Duration.ofHours(1);
        private LifeMode lifeMode = LifeMode.MANUAL;
        private double delayFactor = 1;
        private Duration depositWindow = Duration.ofHours(6);
        private ChronoUnit timePrecision = ChronoUnit.MILLIS;
        private InstantSource clock = Clock.systemUTC();
        private RandomGenerator random = new Random();
        private Scenarios scenarios = Scenarios.builtIn();
        private int transactionLimit = 100_000;
        private String receiverSecret;

        private Builder() {}

        public Builder host(String value) {
            host = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder clientToken(String value) {
            clientToken = value;
            return this;
        }

        public Builder otherClientToken(String value) {
            otherClientToken = value;
            return this;
        }

        public Builder webhookUrl(String value) {
            webhookUrl = value;
            return this;
        }

        public Builder webhookAtPending(boolean value) {
            webhookAtPending = value;
            return this;
        }

        /** Replaces what is enabled: networks per currency. */
        public Builder wallets(Map<String, Set<String>> value) {
            wallets = value;
            return this;
        }

        public Builder theme(String value) {
            theme = value;
            return this;
        }

        public Builder initTokenLifetime(Duration value) {
            initTokenLifetime = value;
            return this;
        }

        public Builder fiatCurrencies(String... values) {
            fiatCurrencies = List.of(values);
            return this;
        }

        public Builder sellEnabled(boolean value) {
            sellEnabled = value;
            return this;
        }

        public Builder idShape(IdShape value) {
            idShape = value;
            return this;
        }

        public Builder sessionStatus(int value) {
            sessionStatus = value;
            return this;
        }

        public Builder widgetId(String value) {
            widgetId = value;
            return this;
        }

        public Builder redirectUrl(String value) {
            redirectUrl = value;
            return this;
        }

        /** Who changes transactions, and how fast: 1 is real time, 0.1 ten times faster. */
        public Builder life(LifeMode mode, double factor) {
            lifeMode = mode;
            delayFactor = factor;
            return this;
        }

        public Builder depositWindow(Duration value) {
            depositWindow = value;
            return this;
        }

        public Builder timePrecision(ChronoUnit value) {
            timePrecision = value;
            return this;
        }

        public Builder clock(InstantSource value) {
            clock = value;
            return this;
        }

        public Builder random(RandomGenerator value) {
            random = value;
            return this;
        }

        /** Uses the same ids, tokens and random faults each time. */
        public Builder seed(long seed) {
            return random(new Random(seed));
        }

        public Builder scenarios(Scenarios value) {
            scenarios = value;
            return this;
        }

        public Builder transactionLimit(int value) {
            transactionLimit = value;
            return this;
        }

        /** Lets it have a receiver of events. @param value {@code whsec_} and base64 */
        public Builder receiverSecret(String value) {
            receiverSecret = value;
            return this;
        }

        public SimulatorSettings build() {
            return new SimulatorSettings(
                    host,
                    port,
                    clientToken,
                    otherClientToken,
                    webhookUrl,
                    webhookAtPending,
                    Map.copyOf(wallets),
                    fiatCurrencies,
                    sellEnabled,
                    idShape,
                    sessionStatus,
                    widgetId,
                    redirectUrl,
                    theme,
                    initTokenLifetime,
                    lifeMode,
                    delayFactor,
                    depositWindow,
                    timePrecision,
                    clock,
                    random,
                    scenarios,
                    transactionLimit,
                    receiverSecret);
        }
    }
}
