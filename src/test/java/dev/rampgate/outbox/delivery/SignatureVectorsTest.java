package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import dev.rampgate.secretfile.UnusableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/examples/signatures.json}, which the public library for Node.js has made: the public library for Java and our own signer agree
 * with each vector. That a receiver accepts and refuses them is checked beside the file, by the library for Node.js and the Python example.
 */
class SignatureVectorsTest {

    private static final long TOLERANCE_SECONDS = 300;

    private final List<JsonNode> vectors = new ArrayList<>();

    SignatureVectorsTest() throws IOException {
        new ObjectMapper()
                .readTree(Path.of("docs/examples/signatures.json").toFile())
                .get("vectors")
                .forEach(vectors::add);
    }

    @Test
    void ourSignaturesAreAmongThoseOfEachGoodVector() throws Exception {
        assertThat(vectors)
                .filteredOn(SignatureVectorsTest::isValid)
                .hasSizeGreaterThan(3)
                .allSatisfy(vector -> assertThat(signatures(vector))
                        .contains(signer(text(vector, "secret"))
                                .sign(text(vector, "id"), timestamp(vector), body(vector))));
    }

    @Test
    void noBadVectorHasOurSignatureAndATimeThatCounts() throws Exception {
        assertThat(vectors)
                .filteredOn(vector -> !isValid(vector))
                .hasSizeGreaterThan(8)
                .allSatisfy(vector -> {
                    if (isInTime(vector)) {
                        assertThat(signatures(vector))
                                .doesNotContain(signer(text(vector, "secret"))
                                        .sign(text(vector, "id"), timestamp(vector), body(vector)));
                    }
                });
    }

    @Test
    void whileSecretsRotateAllSignTheNewestFirst() throws Exception {
        List<JsonNode> rotating = vectors.stream()
                .filter(vector -> text(vector, "name").startsWith("while secrets rotate"))
                .toList();
        assertThat(rotating).hasSize(2);
        String newest = text(rotating.get(0), "secret");
        String older = text(rotating.get(1), "secret");

        assertThat(signer(newest + "\n" + older)
                        .sign(text(rotating.get(0), "id"), timestamp(rotating.get(0)), body(rotating.get(0))))
                .isEqualTo(text(rotating.get(0), "signature"));
    }

    @Test
    void theLibraryForJavaAgreesWithEachVector() {
        assertThat(vectors).filteredOn(SignatureVectorsTest::isInTime).allSatisfy(vector -> assertThat(
                        signatures(vector)
                                .contains(new Webhook(text(vector, "secret"))
                                        .sign(text(vector, "id"), timestamp(vector), text(vector, "body"))))
                .as(text(vector, "name"))
                .isEqualTo(isValid(vector)));
    }

    @Test
    void theLibraryForJavaVerifiesWhatIsSignedNow() throws Exception {
        long now = Instant.now().getEpochSecond();
        for (JsonNode vector :
                vectors.stream().filter(SignatureVectorsTest::isValid).toList()) {
            String signature = signer(text(vector, "secret")).sign(text(vector, "id"), now, body(vector));

            new Webhook(text(vector, "secret"))
                    .verify(
                            text(vector, "body"),
                            Map.of(
                                    "webhook-id", List.of(text(vector, "id")),
                                    "webhook-timestamp", List.of(Long.toString(now)),
                                    "webhook-signature", List.of(signature)));
        }
    }

    private static SigningSecrets signer(String secrets) throws UnusableFileException {
        return SigningSecrets.parse(secrets.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isValid(JsonNode vector) {
        return vector.get("valid").booleanValue();
    }

    private static boolean isInTime(JsonNode vector) {
        return text(vector, "timestamp").matches("[0-9]+")
                && Math.abs(vector.get("now").longValue() - timestamp(vector)) <= TOLERANCE_SECONDS;
    }

    private static List<String> signatures(JsonNode vector) {
        return Arrays.asList(text(vector, "signature").split(" "));
    }

    private static long timestamp(JsonNode vector) {
        return Long.parseLong(text(vector, "timestamp"));
    }

    private static byte[] body(JsonNode vector) {
        return text(vector, "body").getBytes(StandardCharsets.UTF_8);
    }

    private static String text(JsonNode vector, String field) {
        return vector.get(field).textValue();
    }
}
