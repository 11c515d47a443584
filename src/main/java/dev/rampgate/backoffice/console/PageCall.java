package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Actor;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One call of a page or a form by an actor that may make it. */
public final class PageCall {

    private final OperatorCall call;
    private final ConsoleSession session;
    private final Function<String, Frame> frames;

    PageCall(OperatorCall call, ConsoleSession session, Function<String, Frame> frames) {
        this.call = call;
        this.session = session;
        this.frames = frames;
    }

    /** Who calls. */
    public Actor actor() {
        return call.actor();
    }

    /** Whether the actor may do this; pages show a form only then. */
    public boolean may(Permission permission) {
        return call.actor().may(permission);
    }

    /** The call as the service API knows it. */
    public OperatorCall call() {
        return call;
    }

    /** The id in the answer's header and in the log. */
    public String requestId() {
        return call.requestId();
    }

    /** A part of the path that the page's template names. */
    public String path(String name) {
        return call.path(name);
    }

    /**
     * A query parameter.
     *
     * @throws ProblemException 400 if it is given more than once
     */
    public Optional<String> query(String name) {
        return one(call.query(name), name);
    }

    /**
     * A field of the submitted form; empty if it is missing or blank.
     *
     * @throws ProblemException 400 if it is given more than once
     */
    public Optional<String> form(String name) {
        return one(call.form(name), name).map(String::strip).filter(text -> !text.isEmpty());
    }

    /**
     * The file of a form of {@link ConsolePage#uploading}, paused. {@link #form} knows the other fields when the file has ended; it fails instead if
     * the form is not of this session.
     *
     * @throws ProblemException if the body is no form with a file
     */
    public Uni<UploadedFile> file() {
        return UploadedFile.of(request(), () -> ConsoleDoor.requireSecret(request(), session));
    }

    /** The request, for files. */
    public HttpServerRequest request() {
        return call.routing().request();
    }

    /** The frame of the page that answers. */
    public Frame frame(String title) {
        return frames.apply(title);
    }

    ConsoleSession session() {
        return session;
    }

    private static Optional<String> one(List<String> values, String name) {
        if (values.size() > 1) {
            throw OperatorCall.invalid(name, "must be given once");
        }
        return values.stream().findFirst();
    }
}
