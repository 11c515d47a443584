package dev.rampgate.proof;

import dev.rampgate.support.TestSettings;
import java.util.HashMap;
import java.util.Map;

/** Settings as the application would read them, without the application. */
final class ProofSettingsFixture {
    private final Map<String, String> values = new HashMap<>();

    /** Complete but for the base URL's port. */
    static ProofSettingsFixture complete() {
        return new ProofSettingsFixture()
                .with("base-url", "http://localhost:1")
                .with("client-token", "tok_made_up_0001");
    }

    ProofSettingsFixture with(String name, String value) {
        values.put("rampgate.proof." + name, value);
        return this;
    }

    ProofSettingsFixture without(String name) {
        values.remove("rampgate.proof." + name);
        return this;
    }

    ProofAccess access() {
        return new ProofAccess(settings());
    }

    ProofSettings settings() {
        return TestSettings.of(ProofSettings.class, values);
    }
}
