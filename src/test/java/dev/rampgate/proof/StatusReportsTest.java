package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusReportsTest {
    private static final String ID = "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11";

    private static final String TRANSACTION = """
            {"merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","partner_user_id":"cust-8841","type":"buy",
             "status":"processing","currency":"USDC","network":"ERC20","crypto_amount":"42.60","fiat_currency":"EUR","fiat_amount":"40.15",
             "created_at":"2026-05-02T08:00:00Z","updated_at":"2026-05-02T08:02:10Z"}
            """;

    private static final String FRAME = """
            {"event":"tx.update","merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","type":"buy","status":"completed",
             "payment_method":"card","currency":"USDC","fiat_currency":"EUR","fiat_amount":"40.15","crypto_amount":"42.60",
             "occurred_at":"2026-05-02T08:04:33Z"}
            """;

    private static final String WEBHOOK = """
            {"merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","type":"sell","status":"failed","currency":"USDT","network":"TRC20",
             "crypto_amount":"","fiat_currency":"EUR","fiat_amount":"","created_at":"2026-05-02T08:00:00Z","updated_at":"2026-05-02T14:00:02Z"}
            """;

    @Test
    void readsTheTransactionAnswerAsTheContractPrintsIt() {
        assertThat(StatusReports.fromTransaction(TRANSACTION.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new StatusReport(
                        ID,
                        "processing",
                        Instant.parse("2026-05-02T08:02:10Z"),
                        Instant.parse("2026-05-02T08:00:00Z"),
                        "cust-8841",
                        "buy",
                        "USDC",
                        "ERC20",
                        "42.60",
                        "EUR",
                        "40.15",
                        null,
                        Set.of(),
                        TRANSACTION));
    }

    @Test
    void readsTheSocketsUpdateAsTheContractPrintsIt() {
        assertThat(StatusReports.fromSocket(FRAME))
                .contains(new StatusReport(
                        ID,
                        "completed",
                        Instant.parse("2026-05-02T08:04:33Z"),
                        null,
                        null,
                        "buy",
                        "USDC",
                        null,
                        "42.60",
                        "EUR",
                        "40.15",
                        "card",
                        Set.of(),
                        FRAME));
    }

    @Test
    void readsTheWebhookAsTheContractPrintsItWithEmptyAmountsAsUnknown() {
        assertThat(StatusReports.fromWebhook(WEBHOOK))
                .isEqualTo(new StatusReport(
                        ID,
                        "failed",
                        Instant.parse("2026-05-02T14:00:02Z"),
                        Instant.parse("2026-05-02T08:00:00Z"),
                        null,
                        "sell",
                        "USDT",
                        "TRC20",
                        null,
                        "EUR",
                        null,
                        null,
                        Set.of(),
                        WEBHOOK));
    }

    @Test
    void anIdOfSeventeenHexCharactersIsAsGoodAsAUuid() {
        assertThat(webhook("\"merchant_transaction_id\":\"0a1b2c3d4e5f60718\"").transactionId())
                .isEqualTo("0a1b2c3d4e5f60718");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a&b=c", "?", "%2F", "...", "a..b", "a/../b", "{id}", "ü€😀", "x"})
    void anIdIsOpaque(String id) {
        assertThat(webhook("\"merchant_transaction_id\":\"" + id + "\"").transactionId())
                .isEqualTo(id);
    }

    @Test
    void anUnknownStatusIsKeptAsItIsSpelled() {
        assertThat(webhook("\"status\":\"Refunded!\"").status()).isEqualTo("Refunded!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "[{}]",
                "\"text\"",
                "42",
                "{",
                "{}}",
                "{} {}",
                "{\"a\":1,}",
                "{'a':1}",
                "{\"a\" 1}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":\"\u0000\"}",
                "// comment\n{}"
            })
    void whatIsNoJsonObjectIsRefusedAsAWhole(String text) {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> StatusReports.fromWebhook(text))
                .matches(malformed -> malformed.field().equals(MalformedReport.WHOLE));
    }

    @Test
    void whatIsNoUtf8IsRefusedAsAWhole() {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> StatusReports.fromTransaction(new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'}))
                .matches(malformed -> malformed.field().equals(MalformedReport.WHOLE));
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> StatusReports.fromTransaction(TRANSACTION.getBytes(StandardCharsets.UTF_16)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"merchant_transaction_id\":null",
                "\"merchant_transaction_id\":42",
                "\"merchant_transaction_id\":true",
                "\"merchant_transaction_id\":[\"a\"]",
                "\"merchant_transaction_id\":{\"a\":\"b\"}",
                "\"merchant_transaction_id\":\"\"",
                "\"merchant_transaction_id\":\"a\\u0000b\"",
                "\"merchant_transaction_id\":\"a\\nb\"",
                "\"merchant_transaction_id\":\"a\\ud800b\"",
                "\"merchant_transaction_id\":\"\\udc00\"",
                "\"merchant_transaction_id\":\".\"",
                "\"merchant_transaction_id\":\"..\""
            })
    void anIdThatCannotBeUsedIsNamed(String field) {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook(field))
                .matches(malformed -> malformed.field().equals("merchant_transaction_id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"status\":null",
                "\"status\":1",
                "\"status\":[]",
                "\"status\":\"\"",
                "\"status\":\"comple\\u0000ted\"",
                "\"status\":\"\\ud83d\""
            })
    void aStatusThatCannotBeUsedIsNamed(String field) {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook(field))
                .matches(malformed -> malformed.field().equals("status"));
    }

    @Test
    void theComplaintNeverRepeatsTheValue() {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"status\":\"" + "s3cret".repeat(20) + "\""))
                .withMessage("status is longer than 64 characters");
    }

    @Test
    void idAndStatusMayBeAsLongAsTheirLimitsAndNoLonger() {
        assertThat(webhook("\"merchant_transaction_id\":\"" + "i".repeat(128) + "\"")
                        .transactionId())
                .hasSize(128);
        assertThat(webhook("\"status\":\"" + "s".repeat(64) + "\"").status()).hasSize(64);
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"merchant_transaction_id\":\"" + "i".repeat(129) + "\""));
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"status\":\"" + "s".repeat(65) + "\""));
    }

    @Test
    void ofADoubledFieldTheLastOneCounts() {
        StatusReport report =
                webhook("\"status\":\"failed\",\"status\":\"completed\",\"currency\":5,\"currency\":\"EUR\"");
        assertThat(report.status()).isEqualTo("completed");
        assertThat(report.currency()).isEqualTo("EUR");
        assertThat(report.droppedFields()).isEmpty();
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"status\":\"failed\",\"status\":7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "42.60", "000.10", "0.000000000000000001", "123456789012345678901234567890.12"})
    void anAmountStaysByteForByte(String amount) {
        StatusReport report = webhook("\"crypto_amount\":\"" + amount + "\",\"fiat_amount\":\"" + amount + "\"");
        assertThat(report.cryptoAmount()).isEqualTo(amount);
        assertThat(report.fiatAmount()).isEqualTo(amount);
        assertThat(report.droppedFields()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "42.60, 42.60",
        "0, 0",
        "1234567890123456789012345678901234567890.000000000000000001, 1234567890123456789012345678901234567890.000000000000000001",
        "1e-7, 0.0000001",
        "1E5, 100000",
        "4.260e1, 42.60",
        "'\"1e-7\"', 0.0000001",
        "'\" 42.60 \"', 42.60",
        "'\"42.60\\n\"', 42.60",
        "'\".5\"', 0.5",
        "'\"5.\"', 5"
    })
    void aNumberKeepsItsSpellingAndADecimalInAnotherSpellingItsValue(String json, String amount) {
        StatusReport report = webhook("\"crypto_amount\":" + json + ",\"fiat_amount\":" + json);
        assertThat(report.cryptoAmount()).isEqualTo(amount);
        assertThat(report.fiatAmount()).isEqualTo(amount);
        assertThat(report.isAmountUnreadable()).isFalse();
        assertThat(report.droppedFields()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\"  \""})
    void anAmountThatIsNotThereIsNotUnreadable(String json) {
        StatusReport report = webhook("\"crypto_amount\":" + json);
        assertThat(report.cryptoAmount()).isNull();
        assertThat(report.isAmountUnreadable()).isFalse();
        assertThat(report.droppedFields()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-42.6",
                "1e999",
                "1e-99999",
                "\"1e999999999\"",
                "{\"value\":\"1\"}",
                "false",
                "\"42,60\"",
                "\"1 000\"",
                "\"0x10\"",
                "\"Infinity\"",
                "\"-1\"",
                "\"+1\"",
                "\"NaN\"",
                "\"1,5\"",
                "\"1\\u0000\"",
                "\"٣\"",
                "[\"1\"]",
                "true",
                "\"11111111111111111111111111111111111111111111111111111111111111111\""
            })
    void anAmountThatIsNoDecimalIsDroppedAndNamed(String json) {
        StatusReport report = webhook("\"crypto_amount\":" + json);
        assertThat(report.cryptoAmount()).isNull();
        assertThat(report.isAmountUnreadable()).isTrue();
        assertThat(report.raw()).contains(json);
        assertThat(report.droppedFields()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-05-02T08:00:00Z, 2026-05-02T08:00:00Z",
        "2026-05-02T08:00Z, 2026-05-02T08:00:00Z",
        "2026-05-02t08:00:00z, 2026-05-02T08:00:00Z",
        "2026-05-02T10:00:00+02:00, 2026-05-02T08:00:00Z",
        "2026-05-02T10:00:00+0200, 2026-05-02T08:00:00Z",
        "2026-05-02T05:00:00-03, 2026-05-02T08:00:00Z",
        "2026-05-02T08:00:00.1Z, 2026-05-02T08:00:00.1Z",
        "2026-05-02T08:00:00.123456789Z, 2026-05-02T08:00:00.123456Z",
        "2026-05-02T08:00:00.99999999999999Z, 2026-05-02T08:00:00.999999Z",
        "'2026-05-02T08:00:00,5Z', 2026-05-02T08:00:00.5Z",
        "2026-05-02 08:00:00Z, 2026-05-02T08:00:00Z",
        "2026-05-02T08:00:00, 2026-05-02T08:00:00Z",
        "1970-01-01T00:00:00Z, 1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z, 9999-12-31T23:59:59.999999Z"
    })
    void aTimeIsReadInAnyIsoSpellingToTheMicrosecond(String text, Instant expected) {
        StatusReport report = webhook("\"updated_at\":\"" + text + "\"");
        assertThat(report.changedAt()).isEqualTo(expected);
        assertThat(report.droppedFields()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1777708800",
                "\"1777708800\"",
                "\"2026-05-02\"",
                "\"2026-02-30T08:00:00Z\"",
                "\"2026-05-02T25:00:00Z\"",
                "\"2026-05-02T08:00:60Z\"",
                "\"2026-05-02T08:00:00+19:00\"",
                "\"1969-12-31T23:59:59Z\"",
                "\"0000-01-01T00:00:00Z\"",
                "\"+10000-01-01T00:00:00Z\"",
                "\"9999-12-31T23:59:59-01:00\"",
                "\"soon\"",
                "{}"
            })
    void aTimeThatIsNoneIsDroppedAndCounted(String json) {
        StatusReport report = webhook("\"updated_at\":" + json);
        assertThat(report.changedAt()).isNull();
        assertThat(report.droppedFields()).hasSize(1);
    }

    @Test
    void otherBadFieldsAreDroppedAndCountedAndHarmNoNeighbour() {
        StatusReport report =
                webhook("\"type\":1,\"currency\":[\"EUR\"],\"network\":\"TRC\\u000020\",\"payment_method\":\"\\ud800\","
                        + "\"fiat_currency\":\"" + "E".repeat(65) + "\",\"crypto_amount\":\"7.50\"");
        assertThat(report.type()).isNull();
        assertThat(report.currency()).isNull();
        assertThat(report.network()).isNull();
        assertThat(report.paymentMethod()).isNull();
        assertThat(report.fiatCurrency()).isNull();
        assertThat(report.droppedFields()).hasSize(5);
        assertThat(report.cryptoAmount()).isEqualTo("7.50");
    }

    @Test
    void nullIsAbsentAndNotCounted() {
        StatusReport report = webhook("\"type\":null,\"crypto_amount\":null,\"updated_at\":null");
        assertThat(report.type()).isNull();
        assertThat(report.droppedFields()).isEmpty();
    }

    @Test
    void unknownFieldsStayInTheRawText() {
        StatusReport report = webhook("\"novelty\":{\"deep\":[1,2,{\"x\":null}]},\"size\":1.50");
        assertThat(report.raw()).contains("\"novelty\":{\"deep\":[1,2,{\"x\":null}]},\"size\":1.50");
        assertThat(report.droppedFields()).isEmpty();
    }

    @Test
    void theRawTextIsCutBetweenCharacters() {
        for (String filler : new String[] {"a", "ü", "€", "😀"}) {
            String raw = webhook("\"novelty\":\"" + filler.repeat(9000) + "\"").raw();
            byte[] utf8 = raw.getBytes(StandardCharsets.UTF_8);
            assertThat(utf8.length).isBetween(StatusReports.MAX_RAW_BYTES - 3, StatusReports.MAX_RAW_BYTES);
            assertThat(raw).endsWith(filler);
        }
    }

    @Test
    void theRawTextHoldsNothingThatPostgresRefuses() {
        assertThat(webhook("\"novelty\":\"\ud800\"").raw())
                .contains("\"\ufffd\"")
                .doesNotContain("\ud800");
    }

    @Test
    void depthAndLengthHaveLimits() {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"deep\":" + "[".repeat(100) + "]".repeat(100)));
        assertThat(webhook("\"n\":" + "9".repeat(2000)).status()).isEqualTo("pending");
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> webhook("\"deep\":" + "{\"a\":".repeat(100_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"event\":\"hello\"}",
                "{\"event\":42}",
                "{\"event\":null,\"status\":\"completed\"}",
                "ping",
                "",
                "\"heartbeat\"",
                "[]",
                "1"
            })
    void socketMessagesThatAreNoUpdateAreIgnored(String frame) {
        assertThat(StatusReports.fromSocket(frame)).isEmpty();
    }

    @Test
    void aSocketsUpdateWithoutAnIdIsMalformed() {
        assertThatExceptionOfType(MalformedReport.class)
                .isThrownBy(() -> StatusReports.fromSocket("{\"event\":\"tx.update\",\"status\":\"completed\"}"))
                .withMessage("merchant_transaction_id is missing");
    }

    @Test
    void aByteOrderMarkIsIgnoredByEveryChannel() {
        assertThat(StatusReports.fromWebhook("\uFEFF" + WEBHOOK)).isEqualTo(StatusReports.fromWebhook(WEBHOOK));
        assertThat(StatusReports.fromSocket("\uFEFF" + FRAME)).isEqualTo(StatusReports.fromSocket(FRAME));
        byte[] answer = TRANSACTION.getBytes(StandardCharsets.UTF_8);
        assertThat(StatusReports.fromTransaction(("\uFEFF" + TRANSACTION).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(StatusReports.fromTransaction(answer));
    }

    /** A webhook with these fields after an id and a status, which they may overrule. */
    private static StatusReport webhook(String fields) {
        return StatusReports.fromWebhook(
                "{\"merchant_transaction_id\":\"" + ID + "\",\"status\":\"pending\"," + fields + "}");
    }
}
