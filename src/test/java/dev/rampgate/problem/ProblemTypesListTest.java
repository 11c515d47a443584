package dev.rampgate.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of problem types in {@code docs/edge.md}. */
class ProblemTypesListTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d{3}) \\| `([a-z-]+)` \\| \\S.*\\|$");

    @Test
    void itHasEveryTypeWithItsStatus() throws IOException {
        List<String> listed = ROW.matcher(Files.readString(Path.of("docs/edge.md")))
                .results()
                .map(row -> row.group(1) + " urn:rampgate:problem:" + row.group(2))
                .toList();

        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(Stream.of(ProblemType.values())
                        .map(type -> type.status() + " " + type.urn())
                        .toList());
    }
}
