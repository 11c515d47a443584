package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.transaction.ProofStatus;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator steered by HTTP, as a page, a script or a test in another process does it. */
class ControlApiTest {

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final ProofSimulator simulator =
            ProofSimulator.started(SimulatorSettings.builder().build());
    private final Partner partner = new Partner(simulator);
    private final Partner anybody = partner.withToken(null);
    private final String id = partner.openSession();

    @AfterEach
    void stop() {
        simulator.close();
        receiver.close();
    }

    @Test
    void itSaysWhatItCanDo() {
        assertThat(control("GET", "", null).json().get("calls").size()).isGreaterThan(10);
    }

    @Test
    void aTransactionIsDrivenAndShowsItsWholeHistory() {
        control("POST", "/transactions/" + id + "/fail", null);
        control("POST", "/transactions/" + id + "/retry", null);
        Partner.Answer answer = control("POST", "/transactions/" + id + "/complete", null);

        assertThat(answer.status()).isEqualTo(200);
        JsonNode shown = control("GET", "/transactions/" + id, null).json();
        assertThat(shown).isEqualTo(answer.json());
        assertThat(shown.get("history").findValuesAsText("status"))
                .containsExactly("pending", "failed", "processing", "completed");
        assertThat(shown.get("requested_amount").textValue()).isEqualTo("42.75");
        assertThat(shown.toString()).doesNotContain("jo@example.test");
        assertThat(control("GET", "/transactions", null).json()).hasSize(1);
    }

    @Test
    void aStatementListsWhatHasEndedAndCanBeWrong() {
        control("POST", "/transactions/" + id + "/complete", null);
        partner.openSession();
        JsonNode shown = control("GET", "/transactions/" + id, null).json();
        String line = id + ",completed,"
                + shown.get("crypto_amount").textValue() + ","
                + shown.get("fiat_amount").textValue() + ",";

        assertThat(statement("").lines().skip(1)).singleElement().asString().startsWith(line);
        assertThat(statement("?mistake=amount").lines().skip(1))
                .singleElement()
                .asString()
                .startsWith(id + ",completed,")
                .doesNotStartWith(line);
        assertThat(statement("?mistake=status")).contains(id + ",failed,");
        assertThat(statement("?mistake=missing")).doesNotContain(id);
    }

    @Test
    void onlyWhatAStatementHasCanBeWrongInIt() {
        assertThat(control("GET", "/statement?mistake=amount", null).status()).isEqualTo(409);
        assertThat(control("GET", "/statement?mistake=missing", null).status()).isEqualTo(409);

        control("POST", "/transactions/" + id + "/complete", null);
        control("PATCH", "/transactions/" + id, "{\"fiat_amount\":\"\"}");
        assertThat(statement("")).contains(id + ",completed,");
        assertThat(statement("?mistake=status")).contains(id + ",failed,");
        Partner.Answer noAmount = control("GET", "/statement?mistake=amount", null);
        assertThat(noAmount.status()).isEqualTo(409);
        assertThat(noAmount.json().get("error").textValue()).contains("fiat amount");

        control("PATCH", "/transactions/" + id, "{\"fiat_amount\":\"much\",\"currency\":\"US,\\\"DC\"}");
        assertThat(control("GET", "/statement?mistake=amount", null).status()).isEqualTo(409);
        assertThat(statement("")).contains(",much,\"US,\"\"DC\",");

        control("PATCH", "/transactions/" + id, "{\"fiat_amount\":\"40.15\"}");
        assertThat(statement("?mistake=amount")).contains(",40.16,");
    }

    private String statement(String query) {
        return control("GET", "/statement" + query, null).body();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /transactions/nobody/pay, 404",
        "GET, /transactions/nobody, 404",
        "POST, /transactions/{id}/retry, 409",
        "POST, /transactions/{id}/deposit, 409",
        "POST, /transactions/{id}/dance, 400",
        "POST, /transactions/{id}/status, 400",
        "PUT, /clock, 400",
        "GET, /statement?mistake=typing, 400",
        "GET, /statement?mistakes=amount, 400",
        "DELETE, /faults?place=moon, 400"
    })
    void whatMakesNoSenseIsRefusedWithAReason(String method, String path, int status) {
        Partner.Answer answer = control(method, path.replace("{id}", id), method.equals("GET") ? null : "{}");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("error").textValue()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{|Unexpected end",
                "[]|must be a JSON object",
                "{\"place\":\"webhook\"}|needs a place and a fault",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"hang\"}}|cannot happen at",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"explode\"}}|explode",
                "{\"place\":\"transaction\",\"fault\":{\"kind\":\"hang\"}}|did you mean 'transaction_call'?",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"loose\"}}|did you mean 'lose'? There are: status, hang",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"times\":\"often\"}|times: must be a whole number (line 1",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"tiems\":3}|tiems",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"rate\":7}|between 0 and 1",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"step\":\"done\"}|step 'done' is not known. There are: pending, processing",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"step\":\"complete\"}|did you mean 'completed'?",
                "{\"place\":\"session_call\",\"fault\":{\"kind\":\"hang\"},\"step\":\"pending\"}|no transaction is known there",
                "{\"place\":\"kyc_call\",\"fault\":{\"kind\":\"hang\"},\"transaction_id\":\"a\"}|no transaction is known there",
                "{\"place\":\"kyc_call\",\"fault\":{\"kind\":\"status\"}}|fault.status: is missing; it must be a whole number (line 1",
                "{\"place\":\"kyc_call\",\"fault\":{\"kind\":\"status\",\"status\":null}}|status is an HTTP status between 200 and 599 (line 1",
                "{\"place\":\"kyc_call\",\"fault\":{\"kind\":\"status\",\"status\":\"503\"}}|fault.status: must be a whole number",
                "{\"place\":\"kyc_call\",\"fault\":{\"kind\":\"slow\"}}|fault.millis: is missing; it must be a whole number",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"times\":1.5}|times: must be a whole number (line 1",
                "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"transaction_id\":5}|transaction_id: must be a string (line 1"
            })
    void aFaultRuleThatMakesNoSenseIsRefused(String body, String reason) {
        Partner.Answer answer = control("POST", "/faults", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").textValue())
                .contains(reason)
                .doesNotContain("dev.rampgate", "java", "enum", "class ");
        assertThat(simulator.faults().rules()).isEmpty();
    }

    @Test
    void faultsAreSwitchedOnListedAndOff() {
        control(
                "POST",
                "/faults",
                "{\"place\":\"transaction_call\",\"fault\":{\"kind\":\"status\",\"status\":503,\"retry_after\":2},\"times\":5}");
        assertThat(partner.transaction(id).status()).isEqualTo(503);
        JsonNode rules = control("GET", "/faults", null).json();
        assertThat(rules).hasSize(1);
        assertThat(rules.get(0).get("place").textValue()).isEqualTo("transaction_call");
        assertThat(rules.get(0).get("fault").get("kind").textValue()).isEqualTo("status");

        control("DELETE", "/faults?place=webhook", null);
        assertThat(partner.transaction(id).status()).isEqualTo(503);
        control("DELETE", "/faults", null);
        assertThat(partner.transaction(id).status()).isEqualTo(200);
    }

    @Test
    void aFaultMayStrikeAtOneStepOfOneTransactionOnly() {
        String other = partner.openSession();
        control(
                "POST",
                "/faults",
                "{\"place\":\"transaction_call\",\"fault\":{\"kind\":\"unknown_status\",\"status\":\"limbo\"},"
                        + "\"step\":\"processing\",\"transaction_id\":\"" + id + "\"}");
        assertThat(statusOf(id)).isEqualTo("pending");

        control("POST", "/transactions/" + id + "/pay", null);
        control("POST", "/transactions/" + other + "/pay", null);

        assertThat(statusOf(id)).isEqualTo("limbo");
        assertThat(statusOf(other)).isEqualTo("processing");
    }

    @Test
    void aRateOfNoneNeverStrikesAndOfOneAlways() {
        control(
                "POST",
                "/faults",
                "{\"place\":\"transaction_call\",\"fault\":{\"kind\":\"status\",\"status\":500},\"rate\":0}");
        assertThat(partner.transaction(id).status()).isEqualTo(200);
        control(
                "POST",
                "/faults",
                "{\"place\":\"transaction_call\",\"fault\":{\"kind\":\"status\",\"status\":500},\"rate\":1}");
        assertThat(partner.transaction(id).status()).isEqualTo(500);
    }

    @Test
    void webhooksGoWhereTheyAreSentAndAreListedWithTheirAnswer() {
        control("PUT", "/webhook-url", "{\"url\":\"" + receiver.url() + "\"}");

        control("POST", "/transactions/" + id + "/pay", null);
        control("POST", "/transactions/" + id + "/webhook", null);

        await().untilAsserted(() -> {
            JsonNode sent = control("GET", "/webhooks", null).json();
            assertThat(sent.findValuesAsText("answer")).containsExactly("204", "204");
            assertThat(sent.findValuesAsText("status")).containsExactly("processing", "processing");
        });
        assertThat(receiver.statuses()).containsExactly("processing", "processing");
    }

    @Test
    void aWebhookWithoutAReceiverIsListedWithoutAnswer() {
        control("PUT", "/webhook-url", "{\"url\":\"http://localhost:1/nobody\"}");

        control("POST", "/transactions/" + id + "/pay", null);

        await().untilAsserted(() -> assertThat(
                        control("GET", "/webhooks", null).json().findValuesAsText("answer"))
                .containsExactly("0"));
        assertThat(control("GET", "/webhooks", null).json().findValuesAsText("reason"))
                .singleElement()
                .asString()
                .contains("Connection refused");
    }

    @Test
    void aReceiverThatIsDeadIsReportedOnceWithItsReasonAndWithoutItsKey() {
        List<String> reported = new CopyOnWriteArrayList<>();
        simulator.webhooks().reportTo(reported::add);
        control("PUT", "/webhook-url", "{\"url\":\"http://localhost:1/hook-key\"}");

        control("POST", "/transactions/" + id + "/pay", null);
        control("POST", "/transactions/" + id + "/complete", null);

        await().untilAsserted(() ->
                assertThat(control("GET", "/webhooks", null).json().size()).isEqualTo(2));
        assertThat(reported)
                .singleElement()
                .asString()
                .contains("http://localhost:1 ", "Connection refused")
                .doesNotContain("hook-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:3000/hook", "/hook", "ftp://localhost/hook", "http://", "not a url"})
    void aWebhookUrlThatCannotBeCalledIsRefused(String url) {
        Partner.Answer answer = control("PUT", "/webhook-url", "{\"url\":\"" + url + "\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").textValue()).contains("http://localhost:3000/proof-webhook");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"retry-in-wiget\"}|did you mean 'retry-in-widget'?",
                "{\"name\":\"429\"}|There are: abandoned, bad-day, calm",
                "{}|GET /control/scenarios",
                "{\"seed\":1.5}|seed: must be a whole number (line 1",
                "{\"seed\":\"42\"}|seed: must be a whole number (line 1",
                "{\"name\":5}|name: must be a string (line 1",
                "{\"name\":\"x\",\"life\":{\"factor\":-1}}|between 0 and 1000",
                "{\"name\":\"x\",\"story\":[{\"action\":\"complete\"},{\"action\":\"fail\"}]}|step 2 is fail, but the transaction is completed by then",
                "{\"name\":\"x\",\"story\":[{\"action\":\"retry\"}]}|step 1 is retry, but the transaction is pending",
                "{\"name\":\"x\",\"story\":[{\"action\":\"complet\"}]}|story[0].action: 'complet' is not known; did you mean 'complete'?",
                "{\"name\":\"x\",\"story\":[{\"action\":\"pay\",\"after\":5}]}|story[0].after: field 'after' is not known; did you mean 'after_ms'?",
                "{\"name\":\"x\",\"life\":{\"mode\":\"attendet\"}}|did you mean 'attended'?",
                "{\"name\":\"x\",\"faults\":[{\"place\":\"moon\"}]}|faults[0].place: 'moon' is not known"
            })
    void aScenarioThatMakesNoSenseIsRefusedInTheWordsOfItsAuthor(String body, String reason) {
        Partner.Answer answer = control("PUT", "/scenario", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").textValue())
                .contains(reason)
                .doesNotContain("dev.rampgate", "java", "enum", "class ");
        assertThat(control("GET", "/scenario", null).json().get("name").textValue())
                .isEqualTo("calm");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/transactions|{\"amount\":\"x\"}|amount: must be a positive decimal such as 42.75, not 'x' (line 2",
                "POST|/transactions|{\"amount\":42.75}|amount: must be a string (line 2",
                "POST|/transactions|{\"id\":5}|id: must be a string (line 2",
                "POST|/transactions|{\"type\":\"sel\"}|type: 'sel' is not known; did you mean 'sell'?",
                "POST|/transactions|{\"amuont\":\"1\"}|amuont: this field is not known; did you mean 'amount'?",
                "PATCH|/transactions/{id}|{\"updated_at\":\"today\"}|updated_at: must be a time such as 2026-05-02T08:00:00Z, not 'today' (line 2",
                "PUT|/access|{\"origins\":[\"https://shop.example.test\",\"shop\"]}|origins[1]: an origin is expected, such as https://shop.example.test",
                "PUT|/access|{\"origins\":\"https://shop.example.test\"}|origins: must be an array of strings, or null for no check (line 2",
                "PUT|/access|{\"addresses\":[\"nowhere.\"]}|addresses[0]: an address or CIDR range is expected, such as 203.0.113.7",
                "PUT|/client-token|{\"token\":\"t\"}|grace_ms: is missing; it must be a whole number of milliseconds from 0 to",
                "PUT|/client-token|{\"token\":\"t\",\"grace_ms\":1.5}|grace_ms: must be a whole number of milliseconds from 0 to",
                "PUT|/clock|{\"skew_ms\":\"5\"}|skew_ms: must be a whole number of milliseconds",
                "PUT|/life|{\"factor\":true}|factor: must be a number from 0 to 1000 (line 2",
                "PUT|/life|{\"mode\":\"auto\"}|mode: 'auto' is not known; did you mean 'automatic'?",
                "PUT|/users/u/kyc-status|{\"status\":\"verifid\"}|status: KYC status 'verifid' is not known; did you mean 'verified'?",
                "PUT|/users/u/kyc-status|{}|status: is missing; it must be one of not_started, pending, verified, failed (line",
                "PUT|/webhook-url|{\"url\":7}|url: must be a string (line 2",
                "PUT|/other-partner|{\"token\":7}|token: must be a string (line 2",
                "POST|/transactions/{id}/status|{\"status\":7}|status: must be a string (line 2"
            })
    void aMistakeInAnyBodyIsNamedWithItsFieldAndItsLine(String method, String path, String body, String reason) {
        int before = simulator.transactions().all().size();
        Partner.Answer answer = control(method, path.replace("{id}", id), body.replaceFirst("[{]", "{\n"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").textValue())
                .contains(reason)
                .contains("(line ")
                .doesNotContain("dev.rampgate", "java", "enum", "class ");
        assertThat(simulator.transactions().all()).hasSize(before);
        assertThat(partner.transaction(id).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/faults/all|404",
                "GET|/fautls|404",
                "PUT|/receiver|404",
                "GET|/receiver|404",
                "PATCH|/faults|405",
                "GET|/clock|405",
                "POST|/scenario|405",
                "DELETE|/transactions|405",
                "GET|/transactions/t/pay|405",
                "PUT|/transactions/t|405",
                "POST||405",
                "DELETE|/faults?plac=webhook|400"
            })
    void aCallThatThereIsNotSaysWhetherThePathOrTheMethodIsWrong(String method, String path, int status) {
        Partner.Answer answer = control(method, path == null ? "" : path, method.equals("GET") ? null : "{}");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("error").textValue()).isNotBlank();
        assertThat(answer.response().headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
    }

    @Test
    void everyCallOfTheListExists() {
        for (JsonNode call : control("GET", "", null).json().get("calls")) {
            String path = call.get("path")
                    .textValue()
                    .replaceFirst("[{]pay[|].*", "pay")
                    .replaceFirst("[{]id}", id);
            Partner.Answer answer = anybody.send(
                    call.get("method").textValue(),
                    path,
                    call.get("method").textValue().equals("GET") ? null : "");
            assertThat(answer.body()).as(call.toString()).doesNotContain("there is no", "lists all calls");
            assertThat(answer.status()).as(call.toString()).isNotEqualTo(405);
        }
    }

    @Test
    void theStepsOfFaultsAreTheStatusesOfTheContract() {
        for (ProofStatus status : ProofStatus.values()) {
            assertThat(control(
                                    "POST",
                                    "/faults",
                                    "{\"place\":\"webhook\",\"fault\":{\"kind\":\"lose\"},\"step\":\""
                                            + status.wireName() + "\"}")
                            .status())
                    .isEqualTo(204);
        }
    }

    @Test
    void aMistakeIsNamedWithItsLine() {
        Partner.Answer answer = control(
                "PUT", "/scenario", "{\"name\": \"x\",\n \"story\": [\n  {\"action\": \"pay\", \"akshun\": 1}]}");

        assertThat(answer.json().get("error").textValue()).contains("akshun", "line 3");
    }

    @Test
    void modesAndActionsKeepTheirSpelling() {
        JsonNode played = control(
                        "PUT",
                        "/scenario",
                        "{\"name\":\"x\",\"life\":{\"mode\":\"attended\"},\"story\":[{\"action\":\"pay\",\"after_ms\":1}]}")
                .json();

        assertThat(played.at("/life/mode").textValue()).isEqualTo("attended");
        assertThat(played.at("/story/0/action").textValue()).isEqualTo("pay");
    }

    @Test
    void anyStatusCanBeForcedAndAnyFieldRewrittenInSilence() {
        Partner.Socket socket = partner.listen(id);
        control("POST", "/transactions/" + id + "/status", "{\"status\":\"refunded\"}");
        await().untilAsserted(() -> assertThat(socket.statuses()).containsExactly("refunded"));

        control(
                "PATCH",
                "/transactions/" + id,
                "{\"status\":\"completed\",\"currency\":\"USDT\",\"updated_at\":\"2020-01-01T00:00:00Z\","
                        + "\"crypto_amount\":\"1.50\"}");

        JsonNode told = partner.transaction(id).json();
        assertThat(told.get("status").textValue()).isEqualTo("completed");
        assertThat(told.get("currency").textValue()).isEqualTo("USDT");
        assertThat(told.get("updated_at").textValue()).isEqualTo("2020-01-01T00:00:00Z");
        assertThat(told.get("crypto_amount").textValue()).isEqualTo("1.50");
        assertThat(socket.texts()).hasSize(1);
    }

    @Test
    void anyTextCanBeSentToTheSocketsOfATransaction() {
        Partner.Socket socket = partner.listen(id);

        control("POST", "/transactions/" + id + "/frame", "{\"event\":\"news\"}");

        await().untilAsserted(() -> assertThat(socket.texts()).containsExactly("{\"event\":\"news\"}"));
    }

    @Test
    void aTransactionCanBeOpenedUnderAnyIdAndForgotten() {
        control(
                "POST",
                "/transactions",
                "{\"id\":\"0123456789abcdef0\",\"type\":\"sell\",\"partner_user_id\":\"cust-2\"}");
        assertThat(partner.transaction("0123456789abcdef0")
                        .json()
                        .get("partner_user_id")
                        .textValue())
                .isEqualTo("cust-2");

        control("DELETE", "/transactions/0123456789abcdef0", null);

        assertThat(partner.transaction("0123456789abcdef0").status()).isEqualTo(404);
    }

    @Test
    void theClockCanBePutWrong() {
        control("PUT", "/clock", "{\"skew_ms\":600000}");

        control("POST", "/transactions/" + id + "/pay", null);

        JsonNode told = partner.transaction(id).json();
        assertThat(Duration.between(
                        Instant.parse(told.get("created_at").textValue()),
                        Instant.parse(told.get("updated_at").textValue())))
                .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theTokenCanBeRotatedAndTheKycStatusSet() {
        control("PUT", "/client-token", "{\"token\":\"tok_next\",\"grace_ms\":0}");
        control("PUT", "/users/cust-8841/kyc-status", "{\"status\":\"verified\"}");

        assertThat(partner.transaction(id).status()).isEqualTo(401);
        assertThat(partner.withToken("tok_next")
                        .send("GET", "/widget/users/cust-8841/kyc-status", null)
                        .json()
                        .get("status")
                        .textValue())
                .isEqualTo("verified");
        assertThat(control("PUT", "/users/cust-8841/kyc-status", "{\"status\":\"maybe\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void receivedCallsAreListedWithoutTheirToken() {
        partner.transaction(id);
        partner.withToken("tok_wrong").transaction(id);

        Partner.Answer calls = control("GET", "/calls", null);

        assertThat(calls.json().findValuesAsText("method")).containsExactly("POST", "GET", "GET");
        assertThat(calls.json().findValuesAsText("bearer")).containsExactly("current", "current", "invalid");
        assertThat(calls.body()).doesNotContain(simulator.clientToken());
        control("DELETE", "/calls", null);
        assertThat(control("GET", "/calls", null).json()).isEmpty();
    }

    @Test
    void aPageFromAnotherPortMayCallItButNotThePartnerApi() {
        HttpRequest.Builder preflight = HttpRequest.newBuilder()
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "http://shop.example.test");

        assertThat(anybody.send(preflight
                                .uri(URI.create(simulator.baseUrl() + "/control/transactions"))
                                .build())
                        .response()
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .contains("*");
        assertThat(anybody.send(preflight
                                .uri(URI.create(simulator.baseUrl() + "/widget/session"))
                                .build())
                        .response()
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    private String statusOf(String transactionId) {
        return partner.transaction(transactionId).json().get("status").textValue();
    }

    private Partner.Answer control(String method, String path, String body) {
        return anybody.send(method, "/control" + path, body);
    }
}
