package dev.rampgate.bench.spring;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.http.ResponseEntity;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Idempotent on transaction and status; acknowledges after the commit; one statement per event. */
@RestController
class WebhookController {

    private final DatabaseClient database;

    WebhookController(DatabaseClient database) {
        this.database = database;
    }

    @PostMapping("/proof-webhook")
    Mono<ResponseEntity<Void>> take(@RequestBody JsonNode body) {
        JsonNode id = body.path("merchant_transaction_id");
        JsonNode status = body.path("status");
        if (!id.isTextual() || !status.isTextual()) {
            return Mono.just(ResponseEntity.badRequest().build());
        }
        return database.sql("""
            INSERT INTO webhook_event (merchant_transaction_id, status, body)
            VALUES ($1, $2, $3::jsonb)
            ON CONFLICT DO NOTHING
            """)
                .bind("$1", id.textValue())
                .bind("$2", status.textValue())
                .bind("$3", body.toString())
                .fetch()
                .rowsUpdated()
                .thenReturn(ResponseEntity.ok().build());
    }
}
