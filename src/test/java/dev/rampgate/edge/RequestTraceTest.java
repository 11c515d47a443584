package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTraceTest {

    private static final Pattern DESCRIBED = Pattern.compile("(?m)^  (/[^:]*):$");

    @ParameterizedTest
    @CsvSource({
        "/proof-webhook/webhook-key-canary-0001, /proof-webhook/{key}",
        "/transactions/3f2c, /transactions/{id}",
        "/transactions/3f2c/events, /transactions/{id}/events",
        "/session, /session",
        "/proof-webhook/a/b, other",
        "/made-up/canary, other",
        "/transactions/, other"
    })
    void aSpanContainsThePathTemplateOnly(String path, String template) {
        assertThat(RequestTrace.template(path)).isEqualTo(template);
    }

    @Test
    void everyPathOfTheOpenApiDescriptionHasATemplate() throws IOException {
        List<String> described = DESCRIBED
                .matcher(Files.readString(Path.of("docs/openapi.yaml")))
                .results()
                .map((MatchResult path) -> path.group(1))
                .filter(path -> !path.startsWith("/operate") && !path.startsWith("/q/"))
                .toList();

        assertThat(described).isNotEmpty().allSatisfy(path -> assertThat(RequestTrace.template(path))
                .isNotEqualTo("other"));
    }
}
