package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.fault.Fault;

/** One row of Proof's error matrix (Proof contract, section 7). */
record ProofError(int status, String error, String code, String message) {

    static ProofError invalidRequest(String code, String message) {
        return new ProofError(400, "invalid_request", code, message);
    }

    static ProofError walletNotSupported(String currency, String network) {
        return new ProofError(
                400,
                "wallet_not_supported",
                "WALLET_NOT_SUPPORTED",
                "no active wallet for (" + currency + ", " + network + ")");
    }

    static ProofError unauthorised(String code) {
        return new ProofError(
                401,
                "unauthorised",
                code,
                code.equals("missing_token") ? "authorization header missing" : "token missing or inactive");
    }

    /** The contract knows no code for it; the name is that of the older edition. */
    static ProofError offrampDisabled() {
        return new ProofError(403, "offramp_disabled", "offramp_disabled", "sell is not enabled for this partner");
    }

    static ProofError notFound(String what) {
        return new ProofError(404, "not_found", "not_found", what + " not found");
    }

    /** The contract has the same code for an address and for an origin (C3). */
    static ProofError forbidden() {
        return new ProofError(403, "forbidden", "forbidden_origin", "IP or origin not on allowlist");
    }

    /** What a fault answers; where it leaves open what, the contract's row of that code, or the first of that status. */
    static ProofError of(Fault.Status fault) {
        ProofError usual = fault.code() == null ? ofStatus(fault.status()) : ofCode(fault.status(), fault.code());
        return new ProofError(
                fault.status(),
                fault.error() == null ? usual.error() : fault.error(),
                fault.code() == null ? usual.code() : fault.code(),
                usual.message());
    }

    private static ProofError ofCode(int status, String code) {
        return switch (code) {
            case "kafka_unavailable" -> new ProofError(500, "publish_failed", code, "event could not be published");
            case "upstream_unavailable" ->
                new ProofError(502, "upstream_unavailable", code, "provider could not be reached");
            case "upstream_invalid_response" ->
                new ProofError(502, "upstream_unavailable", code, "provider's answer could not be read");
            case "WALLET_NOT_SUPPORTED" -> walletNotSupported("USDC", "BEP20");
            default -> ofStatus(status);
        };
    }

    private static ProofError ofStatus(int status) {
        return switch (status) {
            case 400 -> invalidRequest("validation_error", "invalid request");
            case 401 -> unauthorised("invalid_token");
            case 403 -> forbidden();
            case 404 -> notFound("resource");
            // The next three are of the older edition only.
            case 409 -> new ProofError(409, "session_already_used", "session_already_used", "session used");
            case 422 -> new ProofError(422, "kyc_required", "kyc_required", "identity not verified");
            case 429 -> new ProofError(429, "rate_limit_exceeded", "rate_limit_exceeded", "too many requests");
            case 500 -> new ProofError(500, "internal_error", "db_error", "internal error");
            case 502 -> new ProofError(502, "upstream_error", "provider_error", "provider answered an error");
            case 503 -> new ProofError(503, "unavailable", "unavailable", "temporarily unavailable");
            default -> new ProofError(status, "error", "error", "error");
        };
    }

    String body() {
        return Json.text(Json.object().put("error", error).put("code", code).put("message", message));
    }
}
