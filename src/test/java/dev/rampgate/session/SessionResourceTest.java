package dev.rampgate.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.ProofSessions;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SessionResourceTest {

    @Test
    void theAnswerIsProofsByteForByteAndNeverCached() {
        String odd = """
                {"merchant_transaction_id" : "1b0e7c52","widget_id":"w", "address":"","signature":"v2:00","init_token":"t",
                 "init_token_type":"x","fix_network":["ERC20"],"novelty":[1.50,1e3,"\\u00fc",{"deep":null}], "type":"buy"}  """;

        Response answer = SessionResource.created(ProofSessions.answered(odd));

        assertThat(answer.getStatus()).isEqualTo(201);
        assertThat((byte[]) answer.getEntity()).isEqualTo(odd.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.getMediaType()).hasToString("application/json");
        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-store");
    }
}
