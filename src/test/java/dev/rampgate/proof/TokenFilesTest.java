package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFilesTest {

    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    Path mounted;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private ProofAccess access;
    private TokenFiles files;
    private Path file;

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void mount() throws IOException {
        file = Files.writeString(mounted.resolve("token"), "tok_made_up_0001\n");
        ProofSettingsFixture fixture = ProofSettingsFixture.complete()
                .with("client-token-next", "tok_next")
                .with("client-token-file", file.toString());
        access = fixture.access();
        files = new TokenFiles(fixture.settings(), access, VERTX, meters);
    }

    @Test
    void anUnchangedFileChangesNothing() {
        ClientTokens.Token before = access.tokens().preferred();
        reload();
        assertThat(access.tokens().preferred()).isSameAs(before);
        assertThat(reloads("changed")).isZero();
    }

    @Test
    void aNewTokenIsUsedWithoutARestart() throws IOException {
        Files.writeString(file, "tok_made_up_0002");
        reload();
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_made_up_0002");
        assertThat(access.tokens().hasOther()).isTrue();
        assertThat(reloads("changed")).isEqualTo(1);
    }

    @Test
    void theTokenThatProofTookLastStaysPreferred() throws IOException {
        access.tokens().refused(access.tokens().preferred());
        Files.writeString(file, "tok_made_up_0002");
        reload();
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_next");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "tok\u0000"})
    void whatIsNoTokenIsNotTaken(String content) throws IOException {
        Files.writeString(file, content);
        reload();
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_made_up_0001");
        assertThat(reloads("failed")).isEqualTo(1);
    }

    @Test
    void whileTheFileIsAwayTheTokenKnownBeforeCounts() throws IOException {
        Files.delete(file);
        reload();
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_made_up_0001");

        Files.writeString(file, "tok_made_up_0003");
        reload();
        assertThat(access.tokens().preferred().authorization()).isEqualTo("Bearer tok_made_up_0003");
    }

    private void reload() {
        files.reload().toCompletionStage().toCompletableFuture().join();
    }

    private double reloads(String result) {
        return meters.counter("rampgate.proof.token.reloads", "result", result).count();
    }
}
