package dev.rampgate.backoffice;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Answers of any size, written part by part. The next part is made when the client has read the last one, so that an answer needs the memory of one
 * part. An answer that fails on its way ends without its end, which clients notice. A singleton, so that its gauge is there before the first answer.
 */
@Singleton
class StreamedAnswers {

    /** Characters that are written at once: less than a connection may leave unread. */
    private static final int PIECE = 16 * 1024;

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final int most;
    private final AtomicInteger running = new AtomicInteger();

    StreamedAnswers(OperatorSettings settings, MeterRegistry meters) {
        this.most = settings.maxExports();
        Gauge.builder("rampgate.operate.exports", running, AtomicInteger::get)
                .description("Exports of transactions and statements that stream now")
                .register(meters);
    }

    /**
     * Writes the parts as the answer of a call; completes at its end, and stops when it is cancelled.
     *
     * @param fileName for an answer that browsers are to save; none for others
     * @param parts asked for one by one; nothing is written before the first
     * @throws ProblemException 429 if too many stream already
     */
    Uni<OperatorAnswer> stream(OperatorCall call, String mediaType, Optional<String> fileName, Multi<String> parts) {
        if (running.incrementAndGet() > most) {
            running.decrementAndGet();
            throw new ProblemException(
                    Problem.of(ProblemType.TOO_MANY_REQUESTS, "So many exports stream at once: " + most)
                            .withRetryAfter(TRY_AGAIN));
        }
        HttpServerResponse response = call.routing().response();
        Context context = Vertx.currentContext();
        return parts.onItem()
                .transformToUniAndConcatenate(part -> on(context, () -> {
                    if (!response.headWritten()) {
                        begin(call, response, mediaType, fileName);
                    }
                    return write(response, part);
                }))
                .onItem()
                .ignoreAsUni()
                .chain(() -> on(context, () -> {
                    if (!response.headWritten()) {
                        begin(call, response, mediaType, fileName);
                    }
                    return Uni.createFrom().completionStage(response.end().toCompletionStage());
                }))
                .replaceWith(OperatorAnswer.WRITTEN)
                .onTermination()
                .invoke(running::decrementAndGet);
    }

    private static void begin(
            OperatorCall call, HttpServerResponse response, String mediaType, Optional<String> fileName) {
        response.setChunked(true)
                .putHeader("Content-Type", mediaType)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(RequestId.HEADER, call.requestId());
        fileName.ifPresent(name -> response.putHeader("Content-Disposition", "attachment; filename=\"" + name + "\""));
    }

    private static Uni<Void> write(HttpServerResponse response, String part) {
        return Multi.createFrom()
                .iterable(pieces(part))
                .onItem()
                .transformToUniAndConcatenate(piece -> writePiece(response, piece))
                .onItem()
                .ignoreAsUni();
    }

    /** Never between the two halves of one character. */
    private static List<String> pieces(String part) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        while (start < part.length()) {
            int end = Math.min(part.length(), start + PIECE);
            if (end < part.length() && Character.isHighSurrogate(part.charAt(end - 1))) {
                end--;
            }
            pieces.add(part.substring(start, end));
            start = end;
        }
        return pieces;
    }

    /** Completes when the client has read so much that more may be written. */
    private static Uni<Void> writePiece(HttpServerResponse response, String text) {
        return Uni.createFrom().emitter(emitter -> {
            response.write(text).onFailure(emitter::fail);
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> emitter.complete(null));
            } else {
                emitter.complete(null);
            }
        });
    }

    /** On the connection's event loop, which owns the response. */
    private static <T> Uni<T> on(Context context, Supplier<Uni<T>> work) {
        return Uni.createFrom()
                .deferred(work::get)
                .runSubscriptionOn(command -> context.runOnContext(here -> command.run()));
    }
}
