package dev.rampgate.live;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** How the browser module is served; LiveBrowserIT tests its behaviour. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class RampgateJsQuarkusTest {

    private static final int LIMIT = 3 * 1024;

    @Test
    void itIsServedAsAModuleThatMayBeCachedForMinutes() {
        given().get("/rampgate.js")
                .then()
                .statusCode(200)
                .contentType(containsString("javascript"))
                .header("Cache-Control", equalTo("public, max-age=300"))
                .body(containsString("export function follow"));
    }

    @Test
    void itStaysBelowThreeKilobytesCompressed() throws IOException {
        byte[] module = given().get("/rampgate.js").asByteArray();
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(module);
        }

        assertThat(compressed.size()).isLessThan(LIMIT);
    }
}
