package dev.rampgate.privacy;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.GrownDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whether {@code docs/privacy.md} classifies every column of the database, once, and completely. */
@ExtendWith(GrownDatabase.Shared.class)
class PrivacyTableTest {

    private static final Path PAGE = Path.of("docs/privacy.md");
    private static final String PERSONAL = "## Retention per kind of data";
    private static final String IMPERSONAL = "## Columns without personal data";
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern SETTING = Pattern.compile("`(rampgate\\.[a-z.-]+)`");

    /** Replicas lease and the database's owner migrates; both are no people. */
    private static final Pattern NAMES_SOMEBODY =
            Pattern.compile("\\.(user_id|transaction_id|cursor_id|actor|(?!leased_by|installed_by)[a-z]+_by)$");

    private final GrownDatabase database;
    private final String page;

    PrivacyTableTest(GrownDatabase database) throws IOException {
        this.database = database;
        this.page = Files.readString(PAGE);
    }

    @Test
    void everyColumnOfTheDatabaseIsClassifiedOnceAndNoOther() {
        List<String> classified =
                Stream.concat(personal().stream(), impersonal().stream()).toList();

        assertThat(classified).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(classified))
                .as("a column is new or gone: say in %s whether it can hold personal data", PAGE)
                .isEqualTo(columns());
    }

    @Test
    void eachKindOfPersonalDataHasPurposeRetentionAndErasure() {
        assertThat(rows(PERSONAL))
                .hasSizeGreaterThan(5)
                .allSatisfy(row -> assertThat(row).hasSize(5).noneMatch(String::isBlank));
    }

    @Test
    void whatNamesAUserATransactionOrOneOfTheCompanysPeopleIsPersonal() {
        assertThat(columns().stream()
                        .filter(column -> NAMES_SOMEBODY.matcher(column).find()))
                .contains(
                        "transaction.user_id",
                        "drift_run.cursor_id",
                        "statement_import.imported_by",
                        "break_note.actor")
                .allMatch(personal()::contains);
    }

    @Test
    void theRetentionsAreThoseOfTheSettings() throws IOException {
        String settings = Files.readString(Path.of("docs/settings.md"));
        List<String> named =
                SETTING.matcher(page).results().map(setting -> setting.group(1)).toList();

        assertThat(named).isNotEmpty().allMatch(setting -> settings.contains("| `" + setting + "`"));
    }

    /** As the table writes them: {@code transaction.user_id}. */
    private List<String> personal() {
        return rows(PERSONAL).stream().flatMap(row -> quoted(row.get(1))).toList();
    }

    private List<String> impersonal() {
        return rows(IMPERSONAL).stream()
                .flatMap(row -> {
                    String table = quoted(row.get(0)).findFirst().orElseThrow();
                    return quoted(row.get(1)).map(column -> table + "." + column);
                })
                .toList();
    }

    private static Stream<String> quoted(String cell) {
        return QUOTED.matcher(cell).results().map((MatchResult name) -> name.group(1));
    }

    /** The rows of the table below a heading, without its head. */
    private List<List<String>> rows(String heading) {
        String section = page.substring(page.indexOf(heading) + heading.length());
        int end = section.indexOf("\n## ");
        return (end < 0 ? section : section.substring(0, end))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    /** Those of all tables; a partition has those of its table. */
    private Set<String> columns() {
        Set<String> columns = new TreeSet<>();
        get(database.pool().query("""
                        SELECT pg_class.relname || '.' || pg_attribute.attname AS name
                        FROM pg_class
                             JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid
                        WHERE pg_class.relnamespace = current_schema()::regnamespace
                          AND pg_class.relkind IN ('r', 'p', 'm', 'f')
                          AND NOT pg_class.relispartition
                          AND pg_attribute.attnum > 0
                          AND NOT pg_attribute.attisdropped
                        """).execute()).forEach(row -> columns.add(row.getString("name")));
        return columns;
    }
}
