package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.identity.IdentitySettings.Mode;
import dev.rampgate.identity.RefusedIdentity.Reason;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentitySourceTest {

    private static final String SECRET = "0123456789abcdef";
    private static final List<String> PROD = List.of("prod");

    private static final Vertx vertx = Vertx.vertx();

    @AfterAll
    static void close() {
        vertx.close();
    }

    @Test
    void an_unset_mode_stops_the_start_and_says_what_to_set() {
        assertThatThrownBy(() -> source(settings(null, SECRET), PROD))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.identity.mode")
                .hasMessageContaining("RAMPGATE_IDENTITY_MODE")
                .hasMessageContaining("header")
                .hasMessageContaining("jwt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prod", "staging", "Test", ""})
    void demo_mode_stops_the_start_outside_of_the_playgrounds(String profile) {
        assertThatThrownBy(() -> source(settings(Mode.DEMO, null), List.of(profile)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.identity.mode")
                .hasMessageContaining("demo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "test", "sandbox"})
    void demo_mode_is_for_the_playgrounds(String profile) {
        assertThatCode(() -> source(settings(Mode.DEMO, null), List.of(profile)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789abcde"})
    void header_mode_without_a_good_secret_stops_the_start_and_does_not_print_it(String secret) {
        assertThatThrownBy(() -> source(settings(Mode.HEADER, secret), PROD))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.identity.header.secret")
                .hasMessageContaining("RAMPGATE_IDENTITY_HEADER_SECRET")
                .hasMessageContaining("at least 16")
                .hasMessageNotContaining("0123456789");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void no_source_prints_what_it_knows(Mode mode) {
        assertThat(source(settings(mode, SECRET), List.of("test"))).asString().doesNotContain(SECRET);
    }

    @Test
    void the_gateway_names_the_caller() {
        assertThat(caller(gateway(), claim())).contains(new Caller("cust-8841", "jo@example.test"));
    }

    @Test
    void no_claim_is_nobody() {
        assertThat(caller(gateway(), MultiMap.caseInsensitiveMultiMap().add("Accept", "*/*")))
                .isEmpty();
    }

    @Test
    void a_claim_without_a_secret_is_refused() {
        refused(claim().remove("X-Gateway-Secret"), Reason.NO_SECRET);
    }

    @Test
    void two_secrets_are_refused() {
        refused(claim().add("X-Gateway-Secret", SECRET), Reason.NO_SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789abcdeF", "0123456789abcdef ", "0123456789abcde", "0123456789abcdef0"})
    void a_wrong_secret_is_refused(String secret) {
        refused(claim().set("X-Gateway-Secret", secret), Reason.WRONG_SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "cust-8841", "A.b_c~d@e:f-1", "auth0:5f7c", "jo@example.test", "...", ".a"})
    void a_user_id_that_is_safe_in_a_path_is_taken(String userId) {
        assertThat(caller(gateway(), claim().set("X-User-Id", userId)))
                .map(Caller::userId)
                .contains(userId);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a b",
                "a/b",
                "a%2Fb",
                "a?b",
                "a#b",
                "a\u0000",
                "a\n",
                "ä",
                "auth0|5f7c",
                "a,b",
                "a;b"
            })
    void any_other_user_id_is_refused(String userId) {
        refused(claim().set("X-User-Id", userId), Reason.BAD_USER_ID);
    }

    @Test
    void a_user_id_has_at_most_128_characters() {
        assertThat(caller(gateway(), claim().set("X-User-Id", "x".repeat(128)))).isPresent();
        refused(claim().set("X-User-Id", "x".repeat(129)), Reason.BAD_USER_ID);
    }

    @Test
    void two_user_ids_or_none_are_refused() {
        refused(claim().add("X-User-Id", "cust-8841"), Reason.BAD_USER_ID);
        refused(claim().remove("X-User-Id"), Reason.BAD_USER_ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jo@example.test", "jo.x+tag@mail.example.test", "o'neil@example.test", "a@b"})
    void a_plausible_e_mail_is_taken(String email) {
        assertThat(caller(gateway(), claim().set("X-User-Email", email)))
                .map(Caller::email)
                .contains(email);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "jo",
                "@example.test",
                "jo@",
                "jo@x@y",
                "jo @x.test",
                "jo@x.test\r\n",
                "<jo@x.test>",
                "jo@-x.test",
                "jo@x.test, al@x.test"
            })
    void any_other_e_mail_is_refused(String email) {
        refused(claim().set("X-User-Email", email), Reason.BAD_EMAIL);
    }

    @Test
    void an_e_mail_has_at_most_254_characters() {
        refused(claim().set("X-User-Email", "x".repeat(64) + "@" + "y".repeat(190)), Reason.BAD_EMAIL);
        refused(claim().set("X-User-Email", "x".repeat(65) + "@y.test"), Reason.BAD_EMAIL);
    }

    @Test
    void everybody_is_the_demo_user_or_whom_the_headers_name() {
        IdentitySource demo = source(settings(Mode.DEMO, null), List.of("sandbox"));

        assertThat(caller(demo, MultiMap.caseInsensitiveMultiMap()))
                .contains(new Caller("demo-user", "demo-user@example.test"));
        assertThat(caller(demo, MultiMap.caseInsensitiveMultiMap().add("X-User-Id", "jo")))
                .map(Caller::userId)
                .contains("jo");
        assertThatThrownBy(() -> caller(demo, MultiMap.caseInsensitiveMultiMap().add("X-User-Id", "a/b")))
                .isInstanceOf(RefusedIdentity.class);
    }

    @Test
    void a_caller_does_not_print_the_e_mail() {
        assertThat(new Caller("cust-8841", "jo@example.test")).asString().doesNotContain("jo@");
    }

    private static void refused(MultiMap headers, Reason reason) {
        assertThatThrownBy(() -> caller(gateway(), headers))
                .isInstanceOfSatisfying(RefusedIdentity.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }

    private static Optional<Caller> caller(IdentitySource source, MultiMap headers) {
        return source.caller(headers).await().indefinitely();
    }

    /** None of these modes reads keys, but jwt does not do so before it is asked. */
    private static IdentitySource source(IdentitySettings settings, List<String> profiles) {
        return CallerAuthentication.source(settings, profiles, vertx, InstantSource.system());
    }

    private static IdentitySource gateway() {
        return source(settings(Mode.HEADER, SECRET), PROD);
    }

    private static MultiMap claim() {
        return MultiMap.caseInsensitiveMultiMap()
                .add("X-Gateway-Secret", SECRET)
                .add("X-User-Id", "cust-8841")
                .add("X-User-Email", "jo@example.test");
    }

    private static IdentitySettings settings(Mode mode, String secret) {
        return new IdentitySettings() {
            @Override
            public Optional<Mode> mode() {
                return Optional.ofNullable(mode);
            }

            @Override
            public Jwt jwt() {
                return new JwtSettings().keysAt("https://issuer.example.test/jwks");
            }

            @Override
            public Header header() {
                return new Header() {
                    @Override
                    public Optional<String> secret() {
                        return Optional.ofNullable(secret);
                    }

                    @Override
                    public String secretName() {
                        return "X-Gateway-Secret";
                    }

                    @Override
                    public String userIdName() {
                        return "X-User-Id";
                    }

                    @Override
                    public String emailName() {
                        return "X-User-Email";
                    }
                };
            }
        };
    }
}
