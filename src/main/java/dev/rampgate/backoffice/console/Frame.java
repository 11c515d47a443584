package dev.rampgate.backoffice.console;

import java.util.List;

/**
 * What stands around the content of every page; the first parameter of every template, under the name {@code frame}.
 *
 * @param title of the page
 * @param actor who is signed in; empty on pages for strangers
 * @param role of the actor; empty on pages for strangers
 * @param navigation the pages that the actor may read
 * @param csrf what every form sends in a hidden field of this name
 * @param notice what a form has done; empty if nothing
 * @param assets where style and scripts are
 */
public record Frame(
        String title,
        String actor,
        String role,
        List<Link> navigation,
        String csrf,
        String notice,
        ConsoleAssets.Addresses assets) {

    /**
     * An entry of the navigation.
     *
     * @param href its address
     * @param label its text
     * @param current whether the page is behind it
     */
    public record Link(String href, String label, boolean current) {}

    /** Whether somebody is signed in. */
    public boolean signedIn() {
        return !actor.isEmpty();
    }
}
