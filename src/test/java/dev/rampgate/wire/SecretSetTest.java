package dev.rampgate.wire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SecretSetTest {

    private final SecretSet secrets = SecretSet.of(List.of("the-first-of-two", "the-second-of-two"));

    @Test
    void containsEachSecretAndNothingElse() {
        assertTrue(secrets.contains("the-first-of-two"));
        assertTrue(secrets.contains("the-second-of-two"));
        assertFalse(secrets.contains("the-first-of-tw"));
        assertFalse(secrets.contains("the-first-of-two "));
        assertFalse(secrets.contains("The-first-of-two"));
        assertFalse(secrets.contains(""));
    }

    @Test
    void withoutSecretsContainsNothing() {
        SecretSet none = SecretSet.of(List.of());

        assertTrue(none.isEmpty());
        assertFalse(none.contains(""));
        assertFalse(secrets.isEmpty());
    }

    @Test
    void doesNotShowASecret() {
        assertFalse(secrets.toString().contains("two"));
    }
}
