package dev.rampgate.proof;

import java.util.regex.Pattern;

/**
 * How far a user's identity check is (Proof contract, section 10). Informational.
 *
 * @param value {@code not_started}, {@code pending}, {@code verified} or {@code failed}; or a word that Proof adds one day
 */
public record KycStatus(String value) {

    /** Also of a user for whom no session was opened yet, whom Proof does not know. */
    public static final KycStatus NOT_STARTED = new KycStatus("not_started");

    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]{0,31}");

    /** @throws ProofFailure of an invalid answer if it has no status */
    static KycStatus of(Answer answer) {
        return JsonFields.of(answer.body())
                .flatMap(fields -> fields.string("status"))
                .filter(word -> WORD.matcher(word).matches())
                .map(KycStatus::new)
                .orElseThrow(
                        () -> ProofFailure.invalidAnswer(answer.status(), "tells no KYC status", answer.requestId()));
    }
}
