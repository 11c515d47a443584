package dev.rampgate.proof;

import java.nio.charset.StandardCharsets;

/** Sessions for the tests of other rooms, read from an answer as the client would. */
public final class ProofSessions {

    private ProofSessions() {}

    public static ProofSession answered(String json) {
        return ProofSession.of(new Answer(200, "req-1", null, json.getBytes(StandardCharsets.UTF_8)));
    }
}
