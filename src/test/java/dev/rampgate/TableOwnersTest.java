package dev.rampgate;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package writes which table, by the SQL in the string literals of {@code src/main}. Keywords are upper case there. */
class TableOwnersTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/rampgate");

    /** A table whose name is put in at run time, or by another literal. */
    private static final String COMPUTED = "(computed name)";

    private static final Map<String, String> OWNERS = Map.ofEntries(
            Map.entry("brake", "brake"),
            Map.entry("transaction", "reconcile.postgres"),
            Map.entry("transition", "reconcile.postgres"),
            Map.entry("observation", "reconcile.postgres"),
            Map.entry("observation_other", "reconcile.postgres"),
            Map.entry("poll", "pollqueue"),
            Map.entry("poll_budget", "pollqueue"),
            Map.entry("socket", "channel.socket"),
            Map.entry("idempotency_key", "session"),
            Map.entry("hand_off", "session.handoff"),
            Map.entry("erased_user", "reconcile"));

    /** Who writes beside the owner, and why. A line whose reason is gone must go as well. */
    private static final Map<Write, String> EXCEPTIONS = Map.of(
            new Write("transaction", "privacy"), "an erasure takes the user out, chunk by chunk",
            new Write("observation", "privacy"), "an erasure takes the texts out in the same database transaction",
            new Write("idempotency_key", "privacy"), "an erasure deletes the user's rows",
            new Write("hand_off", "privacy"), "an erasure deletes the user's rows",
            new Write("socket", "reconcile.postgres"),
                    "a batch commits its statuses and the sockets they need together");

    private static final Pattern LITERAL =
            Pattern.compile("\"\"\".*?\"\"\"|\"(?:[^\"\\\\\\n]++|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern WRITE =
            Pattern.compile("(?:\\b(?:INSERT\\s+INTO|DELETE\\s+FROM|MERGE\\s+INTO|TRUNCATE(?:\\s+TABLE)?)"
                    + "|(?<!FOR |KEY |DO )\\bUPDATE)(?:\\s+ONLY)?\\s+([a-z_][a-z_0-9]*|%|\"|$)");

    private record Write(String table, String by) {}

    @Test
    void aTableIsWrittenByItsOwnerOrByAListedException() throws IOException {
        Map<String, Set<String>> unexpected = new TreeMap<>();
        byTable(writes()).forEach((table, writers) -> {
            // A table without a line above has the one package that writes it for its owner.
            String owner = OWNERS.getOrDefault(table, writers.iterator().next());
            Set<String> others = new TreeSet<>(writers);
            others.removeIf(
                    by -> by.equals(owner) && !table.equals(COMPUTED) || EXCEPTIONS.containsKey(new Write(table, by)));
            if (!others.isEmpty()) {
                unexpected.put(table, others);
            }
        });

        assertThat(unexpected).isEmpty();
    }

    @Test
    void everyOwnerAndEveryExceptionStillWrites() throws IOException {
        List<Write> listed = Stream.concat(
                        EXCEPTIONS.keySet().stream(),
                        OWNERS.entrySet().stream().map(owner -> new Write(owner.getKey(), owner.getValue())))
                .toList();

        assertThat(writes()).containsAll(listed);
    }

    @Test
    void statementsAreFoundInLiteralsAndLocksAreNone() {
        String source = """
                // "a remark" about UPDATE remark
                a("DELETE FROM one WHERE x = $1");
                b(\"""
                    WITH locked AS (SELECT id FROM two ORDER BY id FOR NO KEY UPDATE)
                    INSERT INTO three AS t (id) VALUES ('"') ON CONFLICT (id) DO UPDATE SET x = 1
                    \""");
                c("SELECT 1 FROM four FOR UPDATE OF four", "UPDATE five SET x = 1", "INSERT INTO %s SELECT 1", "DELETE FROM " + six);
                """;

        assertThat(tables(source)).containsExactly("one", "three", "five", COMPUTED, COMPUTED);
    }

    private static Map<String, Set<String>> byTable(Set<Write> writes) {
        return writes.stream()
                .collect(groupingBy(Write::table, TreeMap::new, mapping(Write::by, toCollection(TreeSet::new))));
    }

    private static Set<Write> writes() throws IOException {
        Set<Write> writes = new HashSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String by = SOURCES.relativize(file.getParent())
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), ".");
                tables(Files.readString(file)).forEach(table -> writes.add(new Write(table, by)));
            }
        }
        return writes;
    }

    private static List<String> tables(String source) {
        return LITERAL.matcher(source)
                .results()
                .map(literal -> literal.group())
                .flatMap(literal -> WRITE.matcher(literal).results())
                .map(write -> write.group(1))
                .map(table -> table.matches("[a-z_].*") ? table : COMPUTED)
                .toList();
    }
}
