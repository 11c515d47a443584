package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.OperatorRoute;
import dev.rampgate.backoffice.Permission;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of the console, or a form on one.
 *
 * @param method {@code GET} of a page; {@code POST} of a form
 * @param path behind {@code /operate/console/}, as OpenAPI writes it, such as {@code transactions/{id}}
 * @param action lower case with underscores, for metrics, log and audit; the same as the call of the service API that does the same
 * @param permission what an actor needs beside {@link Permission#USE_CONSOLE}
 * @param changes whether it changes something: then it runs to its end when the browser leaves, and leaves a line in the log
 * @param maxBody most bytes of its form
 * @param audited how its calls enter the audit
 * @param navigation where it stands in the navigation; empty if it does not
 * @param work what it does; fails with {@link dev.rampgate.problem.ProblemException}, or as the database fails
 */
public record ConsolePage(
        HttpMethod method,
        String path,
        String action,
        Permission permission,
        boolean changes,
        int maxBody,
        Audited audited,
        Optional<Entry> navigation,
        Function<PageCall, Uni<PageAnswer>> work) {

    /** Most bytes of a form: some fields of 1,000 characters, each of which may be sent as six. */
    static final int MOST_FORM = 16 * 1024;

    /**
     * A place in the navigation, which shows it to actors that may read the page.
     *
     * @param place entries stand in this order
     * @param label one or two words
     */
    public record Entry(int place, String label) {}

    /** A page. */
    public static ConsolePage reading(
            String path, String action, Permission permission, Function<PageCall, Uni<PageAnswer>> work) {
        return new ConsolePage(
                HttpMethod.GET, path, action, permission, false, 0, Audited.BEFORE, Optional.empty(), work);
    }

    /** A form that changes something. It answers with a redirect. */
    public static ConsolePage changing(
            String path, String action, Permission permission, Function<PageCall, Uni<PageAnswer>> work) {
        return new ConsolePage(
                HttpMethod.POST, path, action, permission, true, MOST_FORM, Audited.BEFORE, Optional.empty(), work);
    }

    /** A form with a file that changes something: see {@link PageCall#file}. It answers with a redirect. Its path has no variables. */
    public static ConsolePage uploading(
            String path, String action, Permission permission, Function<PageCall, Uni<PageAnswer>> work) {
        return new ConsolePage(
                HttpMethod.POST,
                path,
                action,
                permission,
                true,
                OperatorRoute.STREAMED,
                Audited.BEFORE,
                Optional.empty(),
                work);
    }

    /** A form that changes nothing, such as a search whose words must not stand in an address. It answers with a redirect. */
    public static ConsolePage asking(
            String path, String action, Permission permission, Function<PageCall, Uni<PageAnswer>> work) {
        return new ConsolePage(
                HttpMethod.POST, path, action, permission, false, MOST_FORM, Audited.BEFORE, Optional.empty(), work);
    }

    /** The same page in the navigation. */
    public ConsolePage listedAs(String label, int place) {
        return new ConsolePage(
                method,
                path,
                action,
                permission,
                changes,
                maxBody,
                audited,
                Optional.of(new Entry(place, label)),
                work);
    }

    /** The same page, whose calls enter the audit in another way than by an entry before they begin. */
    public ConsolePage audited(Audited how) {
        return new ConsolePage(method, path, action, permission, changes, maxBody, how, navigation, work);
    }
}
