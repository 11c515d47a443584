package dev.rampgate.proof;

import dev.rampgate.wire.ByteOrderMark;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Reads client tokens from their files when these change, so that a rotation needs no restart. A file that
 * cannot be used is logged once, and the tokens read before stay in use. Counted:
 * {@code rampgate.proof.token.reloads}, by result.
 */
@Singleton
final class TokenFiles {

    private static final Logger LOG = Logger.getLogger(TokenFiles.class);
    /** Real tokens are far shorter. */
    private static final long MAX_SIZE = 16 * 1024;

    private final ProofSettings settings;
    private final ClientTokens tokens;
    private final Vertx vertx;
    private final MeterRegistry meters;
    private long timer;
    private boolean failing;

    TokenFiles(ProofSettings settings, ProofAccess access, Vertx vertx, MeterRegistry meters) {
        this.settings = settings;
        this.tokens = access.tokens();
        this.vertx = vertx;
        this.meters = meters;
    }

    void onStart(@Observes StartupEvent start) {
        if (settings.clientTokenFile().isPresent()
                || settings.clientTokenNextFile().isPresent()) {
            timer = vertx.setPeriodic(settings.tokenRefresh().toMillis(), tick -> reload());
        }
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        vertx.cancelTimer(timer);
    }

    /** Reads the files once; completes when their tokens are in use. Never fails. */
    Future<Void> reload() {
        Future<List<String>> current = texts("client-token", settings.clientToken(), settings.clientTokenFile());
        Future<List<String>> next =
                texts("client-token-next", settings.clientTokenNext(), settings.clientTokenNextFile());
        return Future.all(current, next)
                .<Void>map(both -> {
                    List<String> texts = new ArrayList<>(current.result());
                    texts.addAll(next.result());
                    adopt(texts);
                    return null;
                })
                .otherwise(wrong -> {
                    complain(wrong);
                    return null;
                });
    }

    private Future<List<String>> texts(String name, Optional<String> value, Optional<String> file) {
        if (file.isEmpty()) {
            return Future.succeededFuture(value.stream().toList());
        }
        return vertx.fileSystem()
                .props(file.get())
                .compose(props -> props.size() > MAX_SIZE
                        ? Future.succeededFuture(Buffer.buffer())
                        : vertx.fileSystem().readFile(file.get()))
                .map(content -> ByteOrderMark.strippedFrom(content.toString()).strip())
                .compose(text -> ProofAccess.isToken(text)
                        ? Future.succeededFuture(List.of(text))
                        : Future.failedFuture("no token"))
                // Without what the file system says, which need not be repeated.
                .recover(wrong -> Future.failedFuture("rampgate.proof." + name + "-file names no file with a token"));
    }

    private void adopt(List<String> texts) {
        failing = false;
        if (tokens.replace(texts)) {
            count("changed");
            LOG.info("The client token was read from its file again and is used from now on");
        }
    }

    private void complain(Throwable wrong) {
        count("failed");
        if (!failing) {
            failing = true;
            LOG.errorf(
                    "%s; the client token read before stays in use. Write what Proof handed over into that file",
                    wrong.getMessage());
        }
    }

    private void count(String result) {
        meters.counter("rampgate.proof.token.reloads", "result", result).increment();
    }
}
