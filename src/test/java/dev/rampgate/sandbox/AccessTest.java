package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may call, from where, and what a partner sees of another one: section 1 of the contract and its 404 rows. */
class AccessTest {

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final ProofSimulator simulator = ProofSimulator.started(SimulatorSettings.builder()
            .otherClientToken("tok_other")
            .webhookUrl(receiver.url())
            .build());
    private final Partner partner = new Partner(simulator);
    private final Partner other = partner.withToken("tok_other");

    @AfterEach
    void stop() {
        simulator.close();
        receiver.close();
    }

    @Test
    void aRegisteredAddressMayCallAndTheListCanBeSwitchedOff() {
        simulator.allowlist().addresses(List.of("203.0.113.7"));
        assertThat(partner.transaction("any").status()).isEqualTo(403);

        simulator.allowlist().addresses(List.of("203.0.113.7", "127.0.0.0/8", "::1"));
        assertThat(partner.transaction("any").status()).isEqualTo(404);

        simulator.allowlist().addresses(null);
        assertThat(partner.transaction("any").status()).isEqualTo(404);
        assertThatThrownBy(() -> simulator.allowlist().addresses(List.of("10.0.0.0/99")))
                .hasMessageContaining("10.0.0.0/99");
    }

    @Test
    void anOriginMustBeRegisteredOnlyIfItIsSent() {
        simulator.allowlist().origins(Set.of("https://shop.example.test"));

        assertThat(partner.transaction("any").status()).isEqualTo(404);
        assertThat(fromOrigin("https://shop.example.test")).isEqualTo(404);
        assertThat(fromOrigin("https://evil.example.test")).isEqualTo(403);
        simulator.allowlist().origins(null);
        assertThat(fromOrigin("https://evil.example.test")).isEqualTo(404);
    }

    @Test
    void aWrongTokenIsSaidBeforeAWrongAddress() {
        simulator.allowlist().addresses(List.of());

        assertThat(partner.withToken("tok_wrong").transaction("any").status()).isEqualTo(401);
    }

    @Test
    void bothListsAreSetByTheControlApiWhichTheyDoNotGuard() {
        Partner anybody = partner.withToken(null);
        assertThat(anybody.send("PUT", "/control/access", "{\"addresses\":[\"203.0.113.7\"]}")
                        .status())
                .isEqualTo(204);
        assertThat(partner.transaction("any").status()).isEqualTo(403);
        assertThat(anybody.send("PUT", "/control/access", "{\"addresses\":[\"nowhere.\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(anybody.send("PUT", "/control/access", "{}").status()).isEqualTo(204);
        assertThat(partner.transaction("any").status()).isEqualTo(404);
    }

    @Test
    void aForeignTransactionLooksLikeOneThatDoesNotExist() {
        String foreign = other.openSession();

        assertThat(other.transaction(foreign).status()).isEqualTo(200);
        assertThat(partner.transaction(foreign).body())
                .isEqualTo(partner.transaction("nobody").body());
        assertThat(partner.transaction(foreign).status()).isEqualTo(404);
        assertThat(partner.send("GET", "/ws?tx_id=" + foreign, null).status()).isEqualTo(404);
        assertThat(other.transaction(partner.openSession()).status()).isEqualTo(404);
    }

    @Test
    void anIdentityCheckIsPerUserOfOnePartner() {
        partner.openSession();
        simulator.kyc().set("cust-8841", "verified");

        assertThat(other.send("GET", "/widget/users/cust-8841/kyc-status", null).status())
                .isEqualTo(404);
        other.openSession();
        assertThat(other.send("GET", "/widget/users/cust-8841/kyc-status", null).body())
                .contains("not_started");
        assertThat(partner.send("GET", "/widget/users/cust-8841/kyc-status", null)
                        .body())
                .contains("verified");
    }

    @Test
    void aForeignTransactionReachesNoOtherWebhook() {
        String foreign = other.openSession();
        String own = partner.openSession();

        simulator.drive(foreign, Action.PAY);
        simulator.drive(own, Action.FAIL);

        await().untilAsserted(() -> assertThat(receiver.statuses()).containsExactly("failed"));
    }

    @Test
    void anotherPartnerMayComeAndGo() {
        Partner anybody = partner.withToken(null);
        anybody.send("PUT", "/control/other-partner", "{\"token\":\"tok_third\"}");
        assertThat(partner.withToken("tok_third").transaction("any").status()).isEqualTo(404);
        assertThat(other.transaction("any").status()).isEqualTo(401);

        anybody.send("PUT", "/control/other-partner", "{}");
        assertThat(partner.withToken("tok_third").transaction("any").status()).isEqualTo(401);
    }

    private int fromOrigin(String origin) {
        return partner.send(HttpRequest.newBuilder(URI.create(simulator.baseUrl() + "/widget/transactions/any"))
                        .header("Authorization", "Bearer " + simulator.clientToken())
                        .header("Origin", origin)
                        .build())
                .status();
    }
}
