package dev.rampgate.backoffice;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import java.util.Set;
import java.util.function.Function;

/**
 * A route of the back office.
 *
 * @param method its method
 * @param path its template as OpenAPI writes it, such as {@code /operate/transactions/{id}/poll}
 * @param action lower case with underscores, for metrics, log and audit
 * @param permission what an actor needs
 * @param changes whether it changes something: then it runs to its end when the client hangs up, and leaves a line in the log
 * @param maxBody most bytes of its body
 * @param audited how its calls enter the audit
 * @param parameters the names of its query parameters; any other gets 400, unless it is {@link #ANY}
 * @param work what it does; fails with {@link dev.rampgate.problem.ProblemException}, or as the database fails
 */
public record OperatorRoute(
        HttpMethod method,
        String path,
        String action,
        Permission permission,
        boolean changes,
        int maxBody,
        Audited audited,
        Set<String> parameters,
        Function<OperatorCall, Uni<OperatorAnswer>> work) {

    /** Instead of names: the route takes any query parameter. */
    public static final Set<String> ANY = Set.of("*");

    /** Most bytes of a body, if the route sets no other bound. */
    public static final int USUAL_BODY = 4 * 1024;

    /** Instead of a bound: the route reads its body itself, and bounds it. */
    public static final int STREAMED = -1;

    /** A route that only reads. It is cancelled when the client hangs up. */
    public static OperatorRoute reading(
            String path, String action, Permission permission, Function<OperatorCall, Uni<OperatorAnswer>> work) {
        return new OperatorRoute(HttpMethod.GET, path, action, permission, false, 0, Audited.BEFORE, Set.of(), work);
    }

    /** A route that changes something. It runs to its end when the client hangs up. */
    public static OperatorRoute changing(
            HttpMethod method,
            String path,
            String action,
            Permission permission,
            Function<OperatorCall, Uni<OperatorAnswer>> work) {
        return new OperatorRoute(method, path, action, permission, true, USUAL_BODY, Audited.BEFORE, Set.of(), work);
    }

    /** The same route, whose calls enter the audit in another way than by an entry before they begin. */
    public OperatorRoute audited(Audited how) {
        return new OperatorRoute(method, path, action, permission, changes, maxBody, how, parameters, work);
    }

    /** The same route with query parameters of these names. */
    public OperatorRoute taking(String... names) {
        return taking(Set.of(names));
    }

    /** The same route with query parameters of these names, or {@link #ANY}. */
    public OperatorRoute taking(Set<String> names) {
        return new OperatorRoute(method, path, action, permission, changes, maxBody, audited, names, work);
    }

    /** The same route with another bound of its body. */
    public OperatorRoute withBodyOf(int mostBytes) {
        return new OperatorRoute(method, path, action, permission, changes, mostBytes, audited, parameters, work);
    }

    /** A route that changes something and reads its body itself, as a stream that begins paused. Its path has no variables. */
    public static OperatorRoute uploading(
            String path, String action, Permission permission, Function<OperatorCall, Uni<OperatorAnswer>> work) {
        return new OperatorRoute(
                HttpMethod.POST, path, action, permission, true, STREAMED, Audited.BEFORE, Set.of(), work);
    }

    /** Whether it reads its body itself. */
    boolean isStreamed() {
        return maxBody == STREAMED;
    }

    /** The path as Vert.x writes it: {@code /operate/transactions/:id/poll}. */
    String pattern() {
        return path.replaceAll("\\{(\\w+)}", ":$1");
    }
}
