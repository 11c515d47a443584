package dev.rampgate.edge.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressResolverTest {

    private static final String PROXY = "10.0.0.1";
    private static final List<String> PROXIES = List.of("10.0.0.0/8", "192.0.2.7", "2001:db8:aaaa::/48");
    private static final ClientAddressResolver FORWARDED_FOR =
            ClientAddressResolver.trusting(PROXIES, "X-Forwarded-For");
    private static final ClientAddressResolver FORWARDED = ClientAddressResolver.trusting(PROXIES, "Forwarded");
    private static final ClientAddressResolver REAL_IP = ClientAddressResolver.trusting(PROXIES, "X-Real-IP");

    record Row(String about, ClientAddressResolver resolver, String peer, List<String> values, String expected) {
        @Override
        public String toString() {
            return about;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                // No trusted proxy: the peer, whatever the headers say.
                peer("a peer that is no proxy is the user", "203.0.113.9", "203.0.113.9"),
                xff("a header from an untrusted peer counts for nothing", "203.0.113.9", "203.0.113.9", "198.51.100.1"),
                forwarded("nor does Forwarded from it", "203.0.113.9", "203.0.113.9", "for=198.51.100.1"),
                xff("nor one that names our own proxy", "203.0.113.9", "203.0.113.9", "198.51.100.1, 10.0.0.1"),
                peer("an IPv6 peer in its canonical form", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
                peer("an IPv6 peer loses its zone", "fe80::1%eth0", "fe80::1"),
                peer("an IPv4-mapped peer is an IPv4 peer", "::ffff:203.0.113.9", "203.0.113.9"),
                peer("an IPv4-mapped peer in hexadecimal too", "::ffff:cb00:7109", "203.0.113.9"),
                peer("a peer without an address is nobody", "/run/socket", null),
                peer("an empty peer is nobody", "", null),
                // One proxy.
                xff("the one entry of the proxy", PROXY, "198.51.100.1", "198.51.100.1"),
                xff("a proxy named by its single address", "192.0.2.7", "198.51.100.1", "198.51.100.1"),
                xff("an IPv4-mapped proxy is trusted as IPv4", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
                xff("an IPv6 proxy", "2001:db8:aaaa::5", "198.51.100.1", "198.51.100.1"),
                xff(
                        "an IPv6 neighbour of the trusted network is not",
                        "2001:db8:aaab::5",
                        "2001:db8:aaab::5",
                        "198.51.100.1"),
                peer("a proxy that tells nothing: its own address is nobody's", PROXY, null),
                xff("spaces and tabs do not matter", PROXY, "198.51.100.1", " \t198.51.100.1 \t"),
                // Spoofed entries on the left.
                xff("what the user wrote on the left is not believed", PROXY, "198.51.100.1", "1.2.3.4, 198.51.100.1"),
                xff("nor a trusted address written there", PROXY, "198.51.100.1", "10.9.9.9, 198.51.100.1"),
                xff("nor garbage written there", PROXY, "198.51.100.1", "<script>, ;;\", 198.51.100.1"),
                xff("nor in a field of its own", PROXY, "198.51.100.1", "1.2.3.4", "198.51.100.1"),
                // Several proxies and fields.
                xff("two proxies", PROXY, "198.51.100.1", "198.51.100.1, 10.0.0.2"),
                xff(
                        "several fields are one list",
                        PROXY,
                        "198.51.100.1",
                        "1.2.3.4, 198.51.100.1",
                        "10.0.0.2",
                        "10.0.0.3"),
                xff(
                        "an untrusted proxy between: it is the user, as far as we know",
                        PROXY,
                        "198.51.100.77",
                        "198.51.100.1, 198.51.100.77, 10.0.0.2"),
                xff("a chain that never leaves our networks leads to nobody", PROXY, null, "10.0.0.3, 10.0.0.2"),
                xff("empty entries do not count", PROXY, "198.51.100.1", ",198.51.100.1,, ,10.0.0.2,"),
                xff("a field without entries leads to nobody", PROXY, null, " , "),
                xff("50 hops of ours", PROXY, "198.51.100.1", "198.51.100.1, " + hops("10.0.1.", 50)),
                xff("50 hops of the user", PROXY, "198.51.100.1", hops("172.16.0.", 50) + ", 198.51.100.1"),
                // Shapes of an entry.
                xff("IPv4 with a port", PROXY, "198.51.100.1", "198.51.100.1:50123"),
                xff("IPv4 with a hidden port", PROXY, "198.51.100.1", "198.51.100.1:_p1"),
                xff("IPv4 with a port that is none", PROXY, null, "198.51.100.1:http"),
                xff("bare IPv6", PROXY, "2001:db8::7", "2001:db8::7"),
                xff("IPv6 in brackets", PROXY, "2001:db8::7", "[2001:db8::7]"),
                xff("IPv6 in brackets with a port", PROXY, "2001:db8::7", "[2001:DB8::7]:443"),
                xff("IPv6 with a zone", PROXY, "fe80::7", "fe80::7%3"),
                xff("IPv4-mapped IPv6", PROXY, "198.51.100.1", "::ffff:198.51.100.1"),
                xff(
                        "IPv4-mapped IPv6 of a proxy of ours is walked past",
                        PROXY,
                        "198.51.100.1",
                        "198.51.100.1, ::ffff:10.0.0.2"),
                xff("IPv4 in brackets is no address", PROXY, null, "[198.51.100.1]"),
                xff("an open bracket", PROXY, null, "[2001:db8::7"),
                xff("text behind the bracket", PROXY, null, "[2001:db8::7]x"),
                xff("unknown", PROXY, null, "198.51.100.1, unknown"),
                xff("a hidden name", PROXY, null, "198.51.100.1, _hidden"),
                xff("unknown further left is never reached", PROXY, "198.51.100.1", "unknown, 198.51.100.1"),
                xff("a host name is not resolved", PROXY, null, "localhost"),
                xff("garbage in front of our proxy ends the walk", PROXY, null, "198.51.100.1, ?, 10.0.0.2"),
                xff("octal and short forms are no addresses", PROXY, null, "0177.0.0.1"),
                xff("nor is a number", PROXY, null, "3325256705"),
                xff("nor a network", PROXY, null, "198.51.100.0/24"),
                xff("nor a wildcard", PROXY, null, "198.51.100.*"),
                xff("nor a range", PROXY, null, "198.51.100.1-5"),
                xff("nor the unspecified address", PROXY, null, "0.0.0.0"),
                xff("nor a multicast group", PROXY, null, "ff02::1"),
                xff("nor a quoted one", PROXY, null, "\"198.51.100.1\""),
                // Forwarded.
                forwarded("a plain element", PROXY, "198.51.100.1", "for=198.51.100.1"),
                forwarded(
                        "names of parameters have no case, order or number",
                        PROXY,
                        "198.51.100.1",
                        "proto=https;FOR=198.51.100.1;by=10.0.0.1;host=\"a,b;c\""),
                forwarded("quoted IPv6 with a port", PROXY, "2001:db8::7", "for=\"[2001:db8::7]:4711\""),
                forwarded("IPv6 without the quotes it should have", PROXY, "2001:db8::7", "for=[2001:db8::7]:4711"),
                forwarded("escaped characters in quotes", PROXY, "198.51.100.1", "for=\"198.51.100\\.1\""),
                forwarded("spoofed left element", PROXY, "198.51.100.1", "for=1.2.3.4, for=198.51.100.1"),
                forwarded(
                        "several fields are one list",
                        PROXY,
                        "198.51.100.1",
                        "for=1.2.3.4",
                        "for=198.51.100.1;proto=http",
                        "for=10.0.0.2"),
                forwarded("unknown", PROXY, null, "for=198.51.100.1, for=unknown"),
                forwarded("a hidden name", PROXY, null, "for=198.51.100.1, for=\"_gazonk\""),
                forwarded("an element that tells no for", PROXY, null, "for=198.51.100.1, proto=https"),
                forwarded("a for that stands twice", PROXY, null, "for=1.2.3.4;for=198.51.100.1"),
                forwarded(
                        "an open quote cannot swallow what our proxy wrote",
                        PROXY,
                        null,
                        "for=1.2.3.4;x=\", for=198.51.100.1"),
                forwarded(
                        "nor with a quoted address of our proxy",
                        PROXY,
                        null,
                        "for=1.2.3.4;x=\", for=\"[2001:db8::7]:80\""),
                forwarded("nor with an escape", PROXY, null, "for=1.2.3.4;x=\"\\, for=198.51.100.1"),
                forwarded("no equals sign", PROXY, null, "for"),
                forwarded("no value", PROXY, null, "for="),
                forwarded("an empty field leads to nobody", PROXY, null, ""),
                forwarded("50 hops", PROXY, "198.51.100.1", "for=198.51.100.1, " + hops("for=10.0.1.", 50)),
                // A header that holds one address.
                single("one address", PROXY, "198.51.100.1", " 198.51.100.1"),
                single("one address of IPv6", PROXY, "2001:db8::7", "[2001:DB8::7]"),
                single(
                        "a second one beside it: nothing tells which is the proxy's",
                        PROXY,
                        null,
                        "1.2.3.4",
                        "198.51.100.1"),
                single("a list is none", PROXY, null, "1.2.3.4, 198.51.100.1"),
                single("garbage", PROXY, null, "unknown"),
                single("none", PROXY, null),
                single("an untrusted peer's counts for nothing", "203.0.113.9", "203.0.113.9", "198.51.100.1"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void the_users_address_is_the_first_from_the_right_outside_the_trusted_networks(Row row) {
        assertThat(row.resolver.resolve(row.peer, row.values).orElse(null)).isEqualTo(row.expected);
    }

    @Test
    void without_trusted_proxies_the_peer_is_the_user() {
        assertThat(ClientAddressResolver.trusting(List.of(), "X-Forwarded-For").resolve(PROXY, List.of("1.2.3.4")))
                .contains(PROXY);
    }

    @Test
    void forged_entries_never_change_the_address_that_the_proxy_wrote() {
        Random random = new Random(7);
        String alphabet = "0123456789abf.:,;=\"\\[]%_ \tforunkw\u00e9\u0000";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder forged = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                forged.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(FORWARDED_FOR.resolve(PROXY, List.of(forged + ", 198.51.100.1")))
                    .contains("198.51.100.1");
            assertThat(FORWARDED
                            .resolve(PROXY, List.of("for=" + forged + ", for=198.51.100.1"))
                            .orElse("198.51.100.1"))
                    .isEqualTo("198.51.100.1");
            assertThat(FORWARDED.resolve(PROXY, List.of("for=" + forged, "for=\"198.51.100.1:80\"")))
                    .contains("198.51.100.1");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    10.0.0.0/33          | is not a network
                    10.0.0/8             | is not a network
                    proxy.internal       | is not a network
                    *                    | is not a network
                    ''                   | is not a network
                    10.0.0.1/8           | write 10.0.0.0/8
                    2001:db8::1/32       | write 2001:db8::/32
                    0.0.0.0/0            | trusts the whole world
                    ::/0                 | trusts the whole world
                    ::ffff:10.0.0.0/104  | write it as IPv4
                    fe80::%eth0/10       | without
                    """)
    void an_invalid_network_is_refused_with_the_setting_and_the_accepted_form(String network, String message) {
        assertThatThrownBy(() -> ClientAddressResolver.trusting(List.of("10.0.0.0/8", network), "Forwarded"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.client-address.trusted-proxies")
                .hasMessageContaining("'" + network + "'")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "x-forwarded-for, forwarded", "ä"})
    void an_invalid_header_name_is_refused(String header) {
        assertThatThrownBy(() -> ClientAddressResolver.trusting(List.of(), header))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.client-address.header");
    }

    @Test
    void a_chain_of_trusted_proxies_is_read_up_to_a_limit() {
        String chain = "198.51.100.1" + ", 10.0.0.2".repeat(ClientAddressResolver.MAX_HOPS - 1);

        assertThat(FORWARDED_FOR.resolve(PROXY, List.of(chain))).contains("198.51.100.1");
        assertThat(FORWARDED_FOR.resolve(PROXY, List.of(chain + ", 10.0.0.2"))).isEmpty();
    }

    private static Row peer(String about, String peer, String expected) {
        return new Row(about, FORWARDED_FOR, peer, List.of(), expected);
    }

    private static Row xff(String about, String peer, String expected, String... values) {
        return new Row(about, FORWARDED_FOR, peer, List.of(values), expected);
    }

    private static Row forwarded(String about, String peer, String expected, String... values) {
        return new Row(about, FORWARDED, peer, List.of(values), expected);
    }

    private static Row single(String about, String peer, String expected, String... values) {
        return new Row(about, REAL_IP, peer, List.of(values), expected);
    }

    private static String hops(String prefix, int count) {
        List<String> hops = new ArrayList<>(Collections.nCopies(count, prefix));
        hops.replaceAll(hop -> hop + (hops.size() % 200 + 1));
        return String.join(", ", hops);
    }
}
