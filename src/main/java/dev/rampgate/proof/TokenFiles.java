package dev.rampgate.proof;

import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.wire.ByteOrderMark;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Reads client tokens from their files when these change, so that a rotation needs no restart. A file that
 * cannot be used is logged once, and the token read before stays in use. Counted:
 * {@code rampgate.proof.token.reloads}, by result.
 */
@Singleton
final class TokenFiles {

    private static final Logger LOG = Logger.getLogger(TokenFiles.class);

    private final ProofSettings settings;
    private final ClientTokens tokens;
    private final MeterRegistry meters;
    private final ReloadedFiles files;
    /** The current one, and the next one or null. */
    private final String[] texts;

    TokenFiles(ProofSettings settings, ProofAccess access, Vertx vertx, MeterRegistry meters) {
        this.settings = settings;
        this.tokens = access.tokens();
        this.meters = meters;
        this.files = new ReloadedFiles("client_token_file", vertx, meters);
        this.texts = new String[] {
            settings.clientToken().map(String::strip).orElse(null),
            settings.clientTokenNext().map(String::strip).orElse(null)
        };
        follow(0, "client-token-file", settings.clientTokenFile());
        follow(1, "client-token-next-file", settings.clientTokenNextFile());
    }

    void onStart(@Observes StartupEvent start) {
        files.start(settings.tokenRefresh());
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        files.stop();
    }

    /** Reads the files once; completes when their tokens are in use. Never fails. */
    Future<Void> reload() {
        return files.reload();
    }

    private void follow(int place, String name, Optional<String> file) {
        file.map(Path::of).ifPresent(path -> files.add(path, new TokenFile(place, "rampgate.proof." + name)));
    }

    private void count(String result) {
        meters.counter("rampgate.proof.token.reloads", "result", result).increment();
    }

    private final class TokenFile implements ReloadedFiles.Content {

        private final int place;
        private final String setting;

        TokenFile(int place, String setting) {
            this.place = place;
            this.setting = setting;
        }

        @Override
        public boolean use(byte[] content) throws UnusableFileException {
            String text = new String(ByteOrderMark.strippedFrom(content), StandardCharsets.UTF_8).strip();
            if (!ProofAccess.isToken(text)) {
                throw new UnusableFileException("holds no token");
            }
            texts[place] = text;
            List<String> all = Arrays.stream(texts).filter(Objects::nonNull).toList();
            return tokens.replace(all);
        }

        @Override
        public void reloaded(boolean changed) {
            if (changed) {
                count("changed");
                LOG.info("The client token was read from its file again and is used from now on");
            }
        }

        @Override
        public void unusable(String problem, boolean first) {
            count("failed");
            if (first) {
                LOG.errorf(
                        "%s: the file %s; the client token read before stays in use. Write what Proof handed over into that"
                                + " file",
                        setting, problem);
            }
        }
    }
}
