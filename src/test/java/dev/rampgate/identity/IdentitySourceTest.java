package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.identity.IdentitySettings.Mode;
import dev.rampgate.identity.RefusedIdentity.Reason;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
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

    @ParameterizedTest
    @ValueSource(strings = {"order-1", "A 7/2026", "Bestellung-äöü", "😀"})
    void the_gateway_names_the_reference(String reference) {
        assertThat(caller(gateway(), claim().set("X-Reference", onTheWire(reference))))
                .map(Caller::reference)
                .contains(reference);
    }

    @Test
    void an_empty_reference_of_the_gateway_is_none() {
        assertThat(caller(gateway(), claim().set("X-Reference", "")))
                .contains(new Caller("cust-8841", "jo@example.test", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", " a", "a ", "a\u0085b", "a\u200bb"})
    void a_reference_that_cannot_be_used_is_refused(String reference) {
        refused(claim().set("X-Reference", onTheWire(reference)), Reason.BAD_REFERENCE);
    }

    @Test
    void a_reference_is_believed_only_with_the_secret_and_only_once() {
        refused(claim().set("X-Reference", "order-1").set("X-Gateway-Secret", "0".repeat(16)), Reason.WRONG_SECRET);
        refused(claim().set("X-Reference", "order-1").remove("X-Gateway-Secret"), Reason.NO_SECRET);
        refused(claim().add("X-Reference", "order-1").add("X-Reference", "order-2"), Reason.BAD_REFERENCE);
        refused(claim().add("X-Reference", "").add("X-Reference", "order-2"), Reason.BAD_REFERENCE);
        refused(claim().set("X-Reference", "x".repeat(129)), Reason.BAD_REFERENCE);
        assertThat(caller(gateway(), MultiMap.caseInsensitiveMultiMap().add("X-Reference", "order-1")))
                .isEmpty();
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
    @ValueSource(
            strings = {
                "a",
                "cust-8841",
                "A.b_c~d@e:f-1",
                "auth0|5f7c1d",
                "samlp|conn|jo@example.test",
                "google-oauth2|1077",
                "https://id.example.test/users/7?x=1#y",
                "jo@example.test",
                "a b",
                "a/b",
                "a%2Fb",
                "50%",
                "a,b;c",
                "a\\b\"c'<d>",
                "...",
                ".a",
                "Jürgen",
                "用户-7",
                "😀"
            })
    void a_user_id_of_printable_characters_is_taken(String userId) {
        assertThat(caller(gateway(), claim().set("X-User-Id", onTheWire(userId))))
                .map(Caller::userId)
                .contains(userId);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                " a",
                "a ",
                " ",
                "a\u0000",
                "a\n",
                "a\tb",
                "a\u007f",
                "a\u0085b",
                "a\u200bb",
                "a\u202eb",
                "a\u2028b",
                "a\u00a0b",
                "a\ue000",
                "a\ufffe",
                "\ufeffa"
            })
    void any_other_user_id_is_refused(String userId) {
        refused(claim().set("X-User-Id", onTheWire(userId)), Reason.BAD_USER_ID);
    }

    @Test
    void half_a_surrogate_pair_is_no_user_id() {
        assertThat(CallerRules.isUserId("a\ud83d")).isFalse();
        assertThat(CallerRules.isUserId("\ude00a")).isFalse();
    }

    @Test
    void a_header_that_is_no_utf_8_is_refused() {
        refused(claim().set("X-User-Id", "J\u00fcrgen"), Reason.BAD_USER_ID);
    }

    @Test
    void a_user_id_has_at_most_128_characters() {
        assertThat(caller(gateway(), claim().set("X-User-Id", "x".repeat(128)))).isPresent();
        assertThat(caller(gateway(), claim().set("X-User-Id", onTheWire("😀".repeat(128)))))
                .isPresent();
        refused(claim().set("X-User-Id", "x".repeat(129)), Reason.BAD_USER_ID);
        refused(claim().set("X-User-Id", onTheWire("😀".repeat(129))), Reason.BAD_USER_ID);
    }

    @Test
    void two_user_ids_or_none_are_refused() {
        refused(claim().add("X-User-Id", "cust-8841"), Reason.BAD_USER_ID);
        refused(claim().remove("X-User-Id"), Reason.BAD_USER_ID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jo@example.test",
                "jo.x+tag@mail.example.test",
                "o'neil@example.test",
                "a@b",
                "jürgen@exämple.test",
                "jo@xn--exmple-cua.test"
            })
    void a_plausible_e_mail_is_taken(String email) {
        assertThat(caller(gateway(), claim().set("X-User-Email", onTheWire(email))))
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
    void any_other_e_mail_counts_for_nothing(String email) {
        assertThat(caller(gateway(), claim().set("X-User-Email", email))).contains(new Caller("cust-8841", null));
    }

    @Test
    void an_e_mail_has_at_most_254_characters() {
        assertThat(CallerRules.isEmail("x".repeat(64) + "@" + "y".repeat(189))).isTrue();
        assertThat(CallerRules.isEmail("x".repeat(64) + "@" + "y".repeat(190))).isFalse();
        assertThat(CallerRules.isEmail("x".repeat(65) + "@y.test")).isFalse();
    }

    @Test
    void a_caller_needs_no_e_mail_but_two_are_refused() {
        assertThat(caller(gateway(), claim().remove("X-User-Email"))).contains(new Caller("cust-8841", null));
        refused(claim().add("X-User-Email", "al@example.test"), Reason.BAD_EMAIL);
    }

    @Test
    void a_secret_is_what_a_gateway_sends_in_utf_8_without_the_spaces_that_http_takes_off() {
        IdentitySource source = source(settings(Mode.HEADER, " gäte$$way-${x}\\ "), PROD);

        assertThat(caller(source, claim().set("X-Gateway-Secret", onTheWire("gäte$$way-${x}\\"))))
                .isPresent();
    }

    @Test
    void everybody_is_the_demo_user_or_whom_the_headers_name() {
        IdentitySource demo = source(settings(Mode.DEMO, null), List.of("sandbox"));

        assertThat(caller(demo, MultiMap.caseInsensitiveMultiMap()))
                .contains(new Caller("demo-user", "demo-user@example.test"));
        assertThat(caller(demo, MultiMap.caseInsensitiveMultiMap().add("X-User-Id", "jo")))
                .map(Caller::userId)
                .contains("jo");
        assertThatThrownBy(() -> caller(demo, MultiMap.caseInsensitiveMultiMap().add("X-User-Id", "a\n")))
                .isInstanceOf(RefusedIdentity.class);
    }

    @Test
    void a_caller_does_not_print_the_e_mail() {
        assertThat(new Caller("cust-8841", "jo@example.test")).asString().doesNotContain("jo@");
    }

    /** As the server shows the octets of UTF-8. */
    private static String onTheWire(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
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

                    @Override
                    public String referenceName() {
                        return "X-Reference";
                    }
                };
            }
        };
    }
}
