package dev.rampgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MisspellingTest {

    private static final List<String> KNOWN =
            List.of("type", "network", "currency", "amount", "redirect_url", "address", "reference", "metadata");

    @ParameterizedTest
    @CsvSource({
        "tpye, type",
        "types, type",
        "TYPE, type",
        "redirectUrl, redirect_url",
        "redirect-ulr, redirect_url",
        "refrence, reference",
        "curency, currency",
        "adres, address"
    })
    void aMisspeltNameIsRecognized(String name, String meant) {
        assertThat(Misspelling.meant(name, KNOWN)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"time", "", "email", "user_id", "client_ip", "partner_user_id", "note", "count"})
    void anotherNameIsNone(String name) {
        assertThat(Misspelling.meant(name, KNOWN)).isEmpty();
    }

    @Test
    void aLongNameIsNotCompared() {
        assertThat(Misspelling.meant("type".repeat(10_000), KNOWN)).isEmpty();
    }
}
