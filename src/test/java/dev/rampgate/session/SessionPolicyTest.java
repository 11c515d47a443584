package dev.rampgate.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionPolicyTest {

    @Test
    void without_settings_every_pair_and_amount_goes_to_proof_but_no_sell_and_no_redirect() {
        SessionPolicy policy = new SessionPolicy(new Settings());

        passes(policy, order("DOGE", "SOLANA", "0.000001", "buy", null));
        passes(policy, order("DOGE", "SOLANA", "1", null, null));
        refused(policy, order("USDC", "ERC20", "1", "sell", null), ProblemType.SELL_NOT_OFFERED);
        refused(
                policy,
                order("USDC", "ERC20", "1", "buy", "https://shop.example.com/done"),
                ProblemType.REDIRECT_NOT_ALLOWED);
    }

    @Test
    void only_pairs_that_are_offered_pass_spelled_as_proof_spells_them() {
        SessionPolicy policy = new SessionPolicy(new Settings().pairs("USDC/ERC20", " USDT/TRC20 "));

        passes(policy, order("USDC", "ERC20"));
        passes(policy, order("USDT", "TRC20"));
        refused(policy, order("USDC", "TRC20"), ProblemType.WALLET_NOT_SUPPORTED);
        refused(policy, order("DOGE", "ERC20"), ProblemType.CURRENCY_NOT_ALLOWED);
        refused(policy, order("usdc", "ERC20"), ProblemType.CURRENCY_NOT_ALLOWED);
    }

    @Test
    void selling_can_be_switched_on() {
        passes(new SessionPolicy(new Settings().selling()), order("USDC", "ERC20", "1", "sell", null));
    }

    @ParameterizedTest
    @CsvSource({
        "10..5000, 10, true",
        "10..5000, 10.000, true",
        "10..5000, 9.999999999999999999999999999999999999, false",
        "10..5000, 5000.00, true",
        "10..5000, 5000.000000000000000000000000000000001, false",
        "10.., 99999999999999999999999999999999999999, true",
        "0.1.., 0.09, false",
        "..5000, 0.000000000000000000000000000000000001, true",
        "7..7, 7.0, true"
    })
    void amounts_are_compared_as_decimals_both_ends_included(String range, String amount, boolean passes) {
        SessionPolicy policy = new SessionPolicy(new Settings().amounts("USDC/ERC20=" + range));

        if (passes) {
            passes(policy, order("USDC", "ERC20", amount, "buy", null));
        } else {
            refused(policy, order("USDC", "ERC20", amount, "buy", null), ProblemType.INVALID_REQUEST);
        }
        passes(policy, order("USDC", "TRC20", amount, "buy", null));
    }

    @ParameterizedTest
    @CsvSource({"usdc, erc20", "USDC, erc20", "Usdc, Erc20"})
    void another_spelling_of_the_pair_does_not_evade_its_range(String currency, String network) {
        SessionPolicy policy = new SessionPolicy(new Settings().amounts("USDC/ERC20=10..5000"));

        passes(policy, order(currency, network, "10", "buy", null));
        refused(policy, order(currency, network, "999999", "buy", null), ProblemType.INVALID_REQUEST);
    }

    @Test
    void a_wrong_amount_is_named_with_what_would_be_right() {
        SessionPolicy policy = new SessionPolicy(new Settings().amounts("USDC/ERC20=10..5000"));

        assertThatThrownBy(() -> policy.check(order("USDC", "ERC20", "1", "buy", null)))
                .isInstanceOfSatisfying(ProblemException.class, refused -> assertThat(
                                refused.problem().errors())
                        .singleElement()
                        .satisfies(error -> {
                            assertThat(error.field()).isEqualTo("amount");
                            assertThat(error.detail()).isEqualTo("must be at least 10 and at most 5000");
                        }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example.com",
                "https://shop.example.com/",
                "https://SHOP.example.com/ramp/done?x=1#y",
                "https://shop.example.com:443/done",
                "https://pay.example.com:8443/done",
                "http://localhost:3000/done",
                "myapp://ramp/done",
                "myapp://anything",
                "com.example.shop:/done",
                "com.example.shop://done?order=1#y"
            })
    void users_may_be_sent_to_own_pages_and_apps(String url) {
        passes(redirecting(), order("USDC", "ERC20", "1", "buy", url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example.net/",
                "https://shop.example.com.evil.example.net/",
                "https://shop.example.com@evil.example.net/",
                "https://evil.example.net/https://shop.example.com",
                "https://evil.example.net#https://shop.example.com",
                "https://user:pass@shop.example.com/",
                "https://shop.example.com\\@evil.example.net/",
                "https://shop.example.com%2eevil.example.net/",
                "https://shop.example.com:8443/",
                "https://pay.example.com/",
                "http://shop.example.com/",
                "http://localhost:3001/",
                "https:///shop.example.com/",
                "https://shop.example.com:x/",
                "otherapp://done",
                "com.example.shop.evil:/done",
                "com.example.sho:/done",
                "https:/shop.example.com/",
                "javascript:alert(1)",
                "javascript:/shop.example.com/%0aalert(1)",
                "JavaScript://shop.example.com/%0aalert(1)",
                "java\tscript://shop.example.com/%0aalert(1)",
                "vbscript://shop.example.com",
                "data:text/html,done",
                "blob:https://shop.example.com/done",
                "filesystem:https://shop.example.com/done",
                "file:///etc/passwd",
                "about://blank",
                "view-source:https://shop.example.com/",
                "intent://shop.example.com/#Intent;scheme=myapp;end",
                "tel://1",
                "javascript://shop.example.com/%0aalert(1)",
                "data://shop.example.com",
                "shop.example.com",
                "//shop.example.com/",
                "/done",
                ""
            })
    void users_may_be_sent_nowhere_else(String url) {
        refused(redirecting(), order("USDC", "ERC20", "1", "buy", url), ProblemType.REDIRECT_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "myapp://done?status=x",
                "myapp://done?order=7&merchant_transaction_id=x#y",
                "myapp://done?%73tatus=x",
                "myapp://done?merchant%5ftransaction%5Fid=x",
                "myapp://done?status",
                "myapp://done?order=7;status=x",
                "myapp:done?status=x",
                "https://shop.example.com/done?a=b?c&&status=x"
            })
    void an_address_that_has_what_the_page_adds_is_refused_for_the_page_and_for_nothing_else(String url) {
        SessionRequest request = order("USDC", "ERC20", "1", "buy", url);

        passes(redirecting(), request);
        assertThatThrownBy(() -> redirecting().checkHandOff(request))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().type()).isEqualTo(ProblemType.INVALID_REQUEST);
                    assertThat(refused.problem().errors()).singleElement().satisfies(error -> {
                        assertThat(error.field()).isEqualTo("redirect_url");
                        assertThat(error.detail()).contains("merchant_transaction_id", "status");
                    });
                });
        assertThat(redirecting().returnAddress(order("USDC", "ERC20"), url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "myapp://done?order=7",
                "myapp://done?order_status=x&q=status",
                "myapp://done#?status=x",
                "myapp://status",
                "https://shop.example.com/status?",
                "https://shop.example.com/done?%2573tatus=x"
            })
    void other_addresses_are_none_the_worse_for_it(String url) {
        assertThatCode(() -> redirecting().checkHandOff(order("USDC", "ERC20", "1", "buy", url)))
                .doesNotThrowAnyException();
        assertThat(redirecting().returnAddress(order("USDC", "ERC20"), url)).hasValue(url);
    }

    @Test
    void we_send_users_where_they_asked_to_or_where_proof_says_and_only_where_that_is_allowed() {
        SessionPolicy policy = redirecting();
        SessionRequest silent = order("USDC", "ERC20", "1", "buy", null);

        assertThat(policy.returnAddress(order("USDC", "ERC20", "1", "buy", "myapp://done"), "myapp://default"))
                .hasValue("myapp://done");
        assertThat(policy.returnAddress(silent, "myapp://default")).hasValue("myapp://default");
        assertThat(policy.returnAddress(silent, "https://evil.example.net/")).isEmpty();
        assertThat(policy.returnAddress(silent, "javascript:alert(1)")).isEmpty();
        assertThat(policy.returnAddress(silent, 7)).isEmpty();
        assertThat(policy.returnAddress(silent, null)).isEmpty();
        assertThat(new SessionPolicy(new Settings()).returnAddress(silent, "myapp://default"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "USDC", "USDC/", "/ERC20", "USDC/ERC20/x", "USDC ERC20", "USDC-ERC20"})
    void what_is_no_pair_stops_the_start(String pair) {
        stops(new Settings().pairs(pair), "rampgate.session.pairs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "USDC/ERC20",
                "USDC/ERC20=",
                "USDC/ERC20=..",
                "USDC/ERC20=10",
                "USDC/ERC20=5000..10",
                "USDC/ERC20=1e3..",
                "USDC/ERC20=-1..",
                "USDC=10..",
                "10..5000"
            })
    void what_is_no_range_stops_the_start(String range) {
        stops(new Settings().amounts(range), "rampgate.session.amount-ranges");
    }

    @Test
    void a_range_for_what_is_not_offered_or_two_for_one_stop_the_start() {
        stops(new Settings().pairs("USDT/TRC20").amounts("USDC/ERC20=10.."), "rampgate.session.amount-ranges");
        stops(new Settings().amounts("USDC/ERC20=10..", "USDC/ERC20=..20"), "rampgate.session.amount-ranges");
        stops(new Settings().amounts("USDC/ERC20=10..", "usdc/ERC20=..20"), "rampgate.session.amount-ranges");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "https://*",
                "https://*.example.com",
                "https://",
                "http://",
                "javascript://",
                "javascript:",
                "data://",
                "data:",
                "vbscript:",
                "blob:",
                "filesystem:",
                "file://",
                "about:",
                "view-source:",
                "chrome://",
                "intent:",
                "intent://",
                "android-app://",
                "market://",
                "itms-apps://",
                "content://",
                "tel:",
                "sms:",
                "mailto:",
                "http:",
                "https:",
                "com.example.shop",
                "com.example.shop:/",
                "myapp://done",
                "1app:",
                "shop.example.com",
                "http://shop.example.com",
                "https://shop.example.com/",
                "https://shop.example.com/done",
                "https://shop.example.com?x",
                "https://user@shop.example.com",
                "MyApp://"
            })
    void what_is_no_origin_stops_the_start(String origin) {
        stops(new Settings().redirects(origin), "rampgate.session.redirect-origins");
    }

    private static SessionPolicy redirecting() {
        return new SessionPolicy(new Settings()
                .redirects(
                        "https://shop.example.com",
                        "https://pay.example.com:8443",
                        "http://localhost:3000",
                        "myapp://",
                        "com.example.shop:"));
    }

    private static void passes(SessionPolicy policy, SessionRequest request) {
        assertThatCode(() -> policy.check(request)).doesNotThrowAnyException();
    }

    private static void refused(SessionPolicy policy, SessionRequest request, ProblemType type) {
        assertThatThrownBy(() -> policy.check(request))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().type()).isEqualTo(type));
    }

    private static void stops(Settings settings, String name) {
        assertThatThrownBy(() -> new SessionPolicy(settings))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("'");
    }

    private static SessionRequest order(String currency, String network) {
        return order(currency, network, "42.75", "buy", null);
    }

    private static SessionRequest order(
            String currency, String network, String amount, String type, String redirectUrl) {
        return new SessionRequest(network, currency, amount, type, redirectUrl, null, null, null);
    }

    /** As by default, but for what a test says. */
    private static final class Settings implements SessionSettings {
        private List<String> pairs;
        private List<String> amounts;
        private List<String> redirects;
        private boolean sell;

        Settings pairs(String... value) {
            pairs = List.of(value);
            return this;
        }

        Settings amounts(String... value) {
            amounts = List.of(value);
            return this;
        }

        Settings redirects(String... value) {
            redirects = List.of(value);
            return this;
        }

        Settings selling() {
            sell = true;
            return this;
        }

        @Override
        public Duration storeTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Optional<List<String>> pairs() {
            return Optional.ofNullable(pairs);
        }

        @Override
        public boolean sell() {
            return sell;
        }

        @Override
        public Optional<List<String>> amountRanges() {
            return Optional.ofNullable(amounts);
        }

        @Override
        public Optional<List<String>> redirectOrigins() {
            return Optional.ofNullable(redirects);
        }

        @Override
        public Limits limits() {
            throw new UnsupportedOperationException("no business of the policy");
        }

        @Override
        public Idempotency idempotency() {
            throw new UnsupportedOperationException("no business of the policy");
        }
    }
}
