package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.transaction.ProofTransaction;

/** Writes a transaction's present state in the three forms of Proof: answer, frame, webhook (Proof contract, sections 3 to 5). */
final class StatusMessages {

    private StatusMessages() {}

    /** The answer of {@code GET /widget/transactions/{id}}. */
    static ObjectNode call(ProofTransaction transaction) {
        return Json.object()
                .put("merchant_transaction_id", transaction.id())
                .put("partner_user_id", transaction.partnerUserId())
                .put("type", transaction.type())
                .put("status", transaction.status())
                .put("currency", transaction.currency())
                .put("network", transaction.network())
                .put("crypto_amount", transaction.cryptoAmount())
                .put("fiat_currency", transaction.fiatCurrency())
                .put("fiat_amount", transaction.fiatAmount())
                .put("created_at", transaction.createdAt().toString())
                .put("updated_at", transaction.updatedAt().toString());
    }

    /** The socket's {@code tx.update}. The payment method is left out while it is unknown. */
    static ObjectNode socket(ProofTransaction transaction) {
        ObjectNode message = Json.object()
                .put("event", "tx.update")
                .put("merchant_transaction_id", transaction.id())
                .put("type", transaction.type())
                .put("status", transaction.status());
        if (transaction.paymentMethod() != null) {
            message.put("payment_method", transaction.paymentMethod());
        }
        return message.put("currency", transaction.currency())
                .put("fiat_currency", transaction.fiatCurrency())
                .put("fiat_amount", transaction.fiatAmount())
                .put("crypto_amount", transaction.cryptoAmount())
                .put("occurred_at", transaction.updatedAt().toString());
    }

    /** The body of a webhook. */
    static ObjectNode webhook(ProofTransaction transaction) {
        return Json.object()
                .put("merchant_transaction_id", transaction.id())
                .put("type", transaction.type())
                .put("status", transaction.status())
                .put("currency", transaction.currency())
                .put("network", transaction.network())
                .put("crypto_amount", transaction.cryptoAmount())
                .put("fiat_currency", transaction.fiatCurrency())
                .put("fiat_amount", transaction.fiatAmount())
                .put("created_at", transaction.createdAt().toString())
                .put("updated_at", transaction.updatedAt().toString());
    }
}
