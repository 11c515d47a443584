package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.netty.handler.codec.DecoderException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import java.util.Locale;

/**
 * The file of a form, as a stream that is not kept. The other fields of the form are there when it has ended, and so is the session's secret: without
 * it the stream fails instead of ending, and its reader must do nothing.
 */
public final class UploadedFile implements ReadStream<Buffer> {

    private static final String FORM = "multipart/form-data";

    private final HttpServerFileUpload file;
    private final Runnable check;
    private Handler<Void> endHandler;
    private Handler<Throwable> exceptionHandler;
    private Throwable failure;
    private boolean fileEnded;
    private boolean formEnded;

    private UploadedFile(HttpServerRequest request, HttpServerFileUpload file, Runnable check) {
        this.file = file.pause();
        this.check = check;
        file.exceptionHandler(this::fail);
        file.endHandler(ended -> {
            fileEnded = true;
            end();
        });
        request.exceptionHandler(this::fail);
        request.endHandler(ended -> {
            formEnded = true;
            end();
        });
    }

    /**
     * Reads a form up to its file.
     *
     * @param request paused
     * @param check of the fields of the form, when they are there; throws if they are wrong
     * @return the file, paused; fails with {@link ProblemException} if the body is no form with a file
     */
    static Uni<UploadedFile> of(HttpServerRequest request, Runnable check) {
        String type = request.getHeader("Content-Type");
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith(FORM)) {
            throw new ProblemException(Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE));
        }
        return Uni.createFrom()
                .<UploadedFile>emitter(emitter -> {
                    request.setExpectMultipart(true);
                    request.uploadHandler(file -> {
                        // Of a form that names a second file, that one is dropped.
                        request.uploadHandler(UploadedFile::drop);
                        emitter.complete(new UploadedFile(request, file, check));
                    });
                    request.exceptionHandler(emitter::fail);
                    request.endHandler(ended -> emitter.fail(OperatorCall.invalid("file", "must be given")));
                    request.resume();
                })
                .onFailure(DecoderException.class)
                .transform(UploadedFile::readable);
    }

    private static Throwable readable(Throwable failure) {
        return failure instanceof DecoderException
                ? new ProblemException(Problem.of(ProblemType.MALFORMED_BODY, "The form cannot be read"))
                : failure;
    }

    private static void drop(HttpServerFileUpload file) {
        file.handler(piece -> {}).resume();
    }

    /** Reads the rest and drops it, so that the browser reads the answer. */
    void discard() {
        drop(file);
    }

    private void end() {
        if (!fileEnded || !formEnded || failure != null) {
            return;
        }
        try {
            check.run();
        } catch (ProblemException refused) {
            fail(refused);
            return;
        }
        if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    private void fail(Throwable cause) {
        failure = readable(cause);
        if (exceptionHandler != null) {
            exceptionHandler.handle(failure);
        }
    }

    @Override
    public UploadedFile exceptionHandler(Handler<Throwable> handler) {
        exceptionHandler = handler;
        if (handler != null && failure != null) {
            handler.handle(failure);
        }
        return this;
    }

    @Override
    public UploadedFile handler(Handler<Buffer> handler) {
        file.handler(handler);
        return this;
    }

    @Override
    public UploadedFile pause() {
        file.pause();
        return this;
    }

    @Override
    public UploadedFile resume() {
        file.resume();
        return this;
    }

    @Override
    public UploadedFile fetch(long amount) {
        file.fetch(amount);
        return this;
    }

    @Override
    public UploadedFile endHandler(Handler<Void> handler) {
        endHandler = handler;
        return this;
    }
}
