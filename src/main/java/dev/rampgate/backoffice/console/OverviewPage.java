package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * The first page.
 *
 * @param verdict whether users are affected
 * @param findings what is wrong
 * @param backlog how many observations wait in this replica's memory for the database
 * @param figuresAge how old the figures of the database are
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record OverviewPage(
        Frame frame,
        Finding verdict,
        List<Finding> findings,
        List<Channel> channels,
        List<Age> ages,
        List<Endpoint> endpoints,
        List<Alarm> alarms,
        String database,
        String databaseTone,
        String backlog,
        String figuresAge,
        String replica)
        implements TemplateInstance {

    /** Something that is so, and what it means for users. */
    public record Finding(String tone, String title, String meaning) {}

    /** A way on which Proof reports. */
    public record Channel(String name, String state, String tone, String done, String more) {}

    /** How many transactions have not changed for so long. */
    public record Age(String label, String pending, String processing) {}

    /** An endpoint of the company's systems. */
    public record Endpoint(String name, String state, String tone, String oldest, String parked) {}

    /** An alarm that this replica raised; {@code isSearchable} if transactions can be searched by it. */
    public record Alarm(String name, String label, String count, boolean isSearchable) {}
}
