package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.edge.address.ClientAddressResolver;
import dev.rampgate.edge.address.Networks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Reads what strangers may write, changed at random: nothing but the documented refusal may come out, and what is accepted
 * keeps its rules. Some seconds by default; {@code -Dfuzz.seconds=600} takes longer, {@code -Dfuzz.seed=N} repeats a run.
 */
class StrangersTextFuzzTest {

    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("fuzz.seconds", 6));
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

    private static final List<String> REPORTS =
            List.of("""
            {"merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","type":"sell","status":"failed","currency":"USDT",
             "network":"TRC20","crypto_amount":"","fiat_currency":"EUR","fiat_amount":"40.15","created_at":"2026-05-02T08:00:00Z",
             "updated_at":"2026-05-02T14:00:02.123456789+02:00"}""", """
            {"event":"tx.update","merchant_transaction_id":"x","type":"buy","status":"completed","payment_method":"card",
             "occurred_at":"2026-05-02T08:04:33Z","more":{"a":[1,2.5e300,null,true,{"b":"\\u0000\\ud800"}]}}""", "{}", "[]", "{\"status\":\"\",\"status\":1}", "\"\\ud83d\\ude00\"");

    private static final List<String> HOPS = List.of(
            "203.0.113.9, 10.0.0.1",
            "for=\"[2001:db8::1]:4711\";proto=https;by=203.0.113.43, for=192.0.2.60",
            "for=_hidden, for=unknown;host=\"a\\\"b\"",
            "[::ffff:192.0.2.1]:80, fe80::1%eth0",
            "1.2.3.4:99999",
            "0x7f.1, 017700000001, 2130706433",
            "");

    /** What breaks readers: ends, quotes, limits, halves of characters, other digits, other spaces. */
    private static final List<String> SPLINTERS = List.of(
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            ";",
            "=",
            "\u0000",
            "\ud800",
            "\udc00",
            "\ufeff",
            "\u2028",
            "٣",
            "9".repeat(400),
            "e999999999",
            "-",
            ".",
            "..",
            "%",
            "%zz",
            "/",
            "::",
            "\\u",
            "\\ud800",
            "T",
            "Z",
            "+99:99",
            "-00:00",
            "2026-02-30T25:61:61Z",
            "+1000000000-12-31T23:59:59Z",
            "a".repeat(9_000),
            "null",
            "\t",
            "\r\n",
            "[".repeat(70));

    private static final List<ClientAddressResolver> RESOLVERS = Stream.of("X-Forwarded-For", "Forwarded", "X-Real-IP")
            .map(header -> ClientAddressResolver.trusting(List.of("10.0.0.0/8", "2001:db8:ffff::/48"), header))
            .toList();

    private final Random random = new Random(SEED);

    @Test
    void nothingThatStrangersWriteBreaksItsReader() {
        System.out.println("fuzz: -Dfuzz.seed=" + SEED);
        long end = System.nanoTime() + TIME.toNanos();
        long texts = 0;
        while (System.nanoTime() < end) {
            String report = changed(REPORTS);
            check(report, () -> readWebhook(report));
            check(report, () -> readFrame(report));
            check(report, () -> readTransaction(report));
            List<String> hops = random.nextBoolean() ? List.of() : hops();
            check(hops.toString(), () -> RESOLVERS.forEach(resolver -> readHops(resolver, hops)));
            texts++;
        }
        System.out.println("fuzz: " + texts + " rounds");
        assertThat(texts).isPositive();
    }

    private static void readWebhook(String text) {
        try {
            keepsItsRules(StatusReports.fromWebhook(text));
        } catch (MalformedReport documented) {
            assertThat(documented.field()).isNotEmpty();
        }
    }

    private static void readFrame(String text) {
        try {
            StatusReports.fromSocket(text).ifPresent(StrangersTextFuzzTest::keepsItsRules);
        } catch (MalformedReport documented) {
            assertThat(documented.field()).isNotEmpty();
        }
    }

    private static void readTransaction(String text) {
        try {
            keepsItsRules(StatusReports.fromTransaction(text.getBytes(StandardCharsets.UTF_8)));
        } catch (MalformedReport documented) {
            assertThat(documented.field()).isNotEmpty();
        }
    }

    /** What PostgreSQL stores and a log line bears. */
    private static void keepsItsRules(StatusReport report) {
        assertThat(report.transactionId()).isNotEmpty().hasSizeLessThanOrEqualTo(StatusReports.MAX_ID_LENGTH);
        assertThat(report.status()).hasSizeLessThanOrEqualTo(StatusReports.MAX_STATUS_LENGTH);
        assertThat(report.transactionId() + report.status())
                .matches(text -> text.chars().noneMatch(Character::isISOControl), "no control character")
                .matches(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text), "whole characters");
    }

    private static void readHops(ClientAddressResolver resolver, List<String> hops) {
        Optional<String> address = resolver.resolve("10.0.0.1", hops);
        address.ifPresent(literal -> {
            assertThat(literal).matches("[0-9a-f.:]+");
            assertThat(Networks.of("test", List.of("10.0.0.0/8")).contain(literal))
                    .isFalse();
        });
        assertThat(resolver.resolve("198.51.100.7", hops)).contains("198.51.100.7");
    }

    private List<String> hops() {
        List<String> hops = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            hops.add(changed(HOPS));
        }
        return hops;
    }

    private String changed(List<String> corpus) {
        StringBuilder text = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
        for (int changes = random.nextInt(6); changes > 0; changes--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> text.insert(at, SPLINTERS.get(random.nextInt(SPLINTERS.size())));
                case 1 -> text.insert(at, (char) random.nextInt(0x10000));
                case 2 -> text.setLength(at);
                case 3 -> text.delete(at, Math.min(text.length(), at + random.nextInt(20)));
                case 4 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
                case 5 -> {
                    if (at < text.length()) {
                        text.setCharAt(at, (char) (text.charAt(at) ^ (1 << random.nextInt(7))));
                    }
                }
                default -> throw new IllegalStateException("six ways");
            }
        }
        return text.toString();
    }

    private static void check(String text, Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException | AssertionError | StackOverflowError unexpected) {
            throw new AssertionError("seed " + SEED + ", text " + quoted(text), unexpected);
        }
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        text.chars()
                .limit(4_000)
                .forEach(c -> quoted.append(c >= 0x20 && c < 0x7f ? "" + (char) c : "\\u%04x".formatted(c)));
        return quoted.toString();
    }
}
