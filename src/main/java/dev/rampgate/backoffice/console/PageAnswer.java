package dev.rampgate.backoffice.console;

import io.quarkus.qute.TemplateInstance;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a page answers.
 *
 * @param template the page; null if it redirects
 * @param location where it redirects to, from the host on; null if it does not redirect
 */
public record PageAnswer(TemplateInstance template, String location) {

    /** The page has written its answer itself, to its end, such as a file to save. */
    public static final PageAnswer WRITTEN = new PageAnswer(null, null);

    /** A page. */
    public static PageAnswer of(TemplateInstance template) {
        return new PageAnswer(template, null);
    }

    /**
     * To another page of the console.
     *
     * @param path behind {@code /operate/console/}, encoded; it may have a query
     */
    public static PageAnswer redirect(String path) {
        return new PageAnswer(null, ConsoleRoutes.ROOT + path);
    }

    /**
     * To another page of the console, which shows what was done.
     *
     * @param path behind {@code /operate/console/}, encoded; it may have a query
     * @param notice a name of {@link ConsolePages#notices}
     */
    public static PageAnswer redirect(String path, String notice) {
        return redirect(path, notice, OptionalInt.empty());
    }

    /** The same with the number that the notice shows. */
    public static PageAnswer redirect(String path, String notice, int number) {
        return redirect(path, notice, OptionalInt.of(number));
    }

    private static PageAnswer redirect(String path, String notice, OptionalInt number) {
        String joint = path.contains("?") ? "&" : "?";
        return redirect(path + joint + Notice.PARAMETER + "=" + notice
                + (number.isPresent() ? "&" + Notice.NUMBER + "=" + number.getAsInt() : ""));
    }

    Optional<String> redirection() {
        return Optional.ofNullable(location);
    }
}
