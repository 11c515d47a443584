package dev.rampgate.books.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementParserTest {

    private static final String HEADER = "id,status,crypto_amount,currency,fiat_amount,fiat_currency,updated_at\n";
    private static final String ROW = "t-1,completed,42.60,USDC,40.15,EUR,2026-10-05T08:00:00Z\n";
    private static final ImportedRow READ = new ImportedRow(
            2, "t-1", "completed", "42.60", "USDC", "40.15", "EUR", Instant.parse("2026-10-05T08:00:00Z"));

    private final List<ImportedRow> rows = new ArrayList<>();

    @Test
    void columnsAreFoundByTheirNamesInAnyOrder() {
        assertThat(read("Name, FIAT_AMOUNT ,status,ID\nJo,1.5,Completed,t-1\n")).isEmpty();

        assertThat(rows).containsExactly(new ImportedRow(2, "t-1", "completed", null, null, "1.5", null, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 100_000})
    void theSameIsReadHoweverTheBytesArrive(int piece) {
        byte[] bytes = ("\uFEFF" + HEADER + ROW + "\"t-\u20AC,\"\"2\"\"\r\n\",pending,,,,,\r\n\n" + "t-3,failed,,,,,")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(read(bytes, piece)).isEmpty();
        assertThat(rows.get(0)).isEqualTo(READ);
        assertThat(rows).extracting(ImportedRow::transactionId).containsExactly("t-1", "t-\u20AC,\"2\"", "t-3");
        assertThat(rows).extracting(ImportedRow::line).containsExactly(2L, 3L, 6L);
    }

    @Test
    void linesEndAsEachSystemEndsThem() {
        for (String end : List.of("\n", "\r\n", "\r")) {
            rows.clear();
            assertThat(read((HEADER + ROW + ROW.replace("t-1", "t-2")).replace("\n", end)))
                    .isEmpty();
            assertThat(rows).extracting(ImportedRow::line).containsExactly(2L, 3L);
        }
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("", "line 1", "is empty"),
                Arguments.of("id;status\nt-1;completed\n", "line 1", "commas"),
                Arguments.of("id\tstatus\nt-1\tcompleted\n", "line 1", "commas"),
                Arguments.of("reference,status\nt-1,completed\n", "line 1", "must name the columns"),
                Arguments.of("id,status,ID\nt-1,completed,t-1\n", "line 1: id", "twice"),
                Arguments.of("id,status\n\n\nt-1\n", "line 4", "has 1 cells, but the first line has 2"),
                Arguments.of("id,status\nt-1,paid\n", "line 2: status", "must be one of pending"),
                Arguments.of("id,status\n,completed\n", "line 2: id", "must not be empty"),
                Arguments.of("id,status\n\"=HYPERLINK(\"\"x\"\")\",completed\n", "line 2: id", "formula"),
                Arguments.of("id,status\n@SUM(1),completed\n", "line 2: id", "formula"),
                Arguments.of(
                        "id,status,fiat_amount\nt-1,completed,\"1.234,56\"\n", "line 2: fiat_amount", "plain decimal"),
                Arguments.of("id,status,fiat_amount\nt-1,completed,-3\n", "line 2: fiat_amount", "sign"),
                Arguments.of("id,status,fiat_amount\nt-1,completed,1e3\n", "line 2: fiat_amount", "plain decimal"),
                Arguments.of(
                        "id,status,fiat_amount\nt-1,completed,\u0661\u0662\n", "line 2: fiat_amount", "plain decimal"),
                Arguments.of("id,status,updated_at\nt-1,completed,31.10.2026\n", "line 2: updated_at", "UTC"),
                Arguments.of("id,status,updated_at\nt-1,completed,10/31/2026 8:00\n", "line 2: updated_at", "UTC"),
                Arguments.of("id,status,currency\nt-1,completed,U$D\n", "line 2: currency", "letters"),
                Arguments.of("id,status\n\"t-1,completed\nt-2,completed\n", "line 2", "not closed"),
                Arguments.of("id,status\n\"t-1\"x,completed\n", "line 2", "behind a closing quote"),
                Arguments.of("id,status\nt-\"1\",completed\n", "line 2", "quote inside"),
                Arguments.of("id,status\nt-1,completed\nt-\0,failed\n", "line 3", "NUL"),
                Arguments.of("id,status,note\nt-1,completed,\"" + "x".repeat(5_000) + "\"\n", "line 2", "characters"),
                Arguments.of("id,status" + ",x".repeat(250) + "\n", "line 1", "200 cells"),
                Arguments.of("id|status\nt-1|completed\n", "line 1", "commas"),
                Arguments.of("sep=,\nid,status\nt-1,completed\n", "line 1", "note for spreadsheets"),
                Arguments.of("id,status\n", "line 2", "lists no transaction"),
                Arguments.of("id,status\r\n\r\n", "line 3", "lists no transaction"),
                Arguments.of("id,status,notet-1,completed,at-2,completed,b", "line 1", "line breaks lost"),
                Arguments.of("\n\n", "line 1", "is empty"),
                Arguments.of("\uFEFF", "line 1", "is empty"),
                Arguments.of("id,transaction_id,status\n", "line 1: id", "these are one: id, merchant_transaction_id"),
                Arguments.of("id,status,fiat_amount\nt-1,completed,40,15\n", "line 2", "a number a point"),
                Arguments.of(
                        "id,status,fiat_amount\nt-1,completed,0." + "1".repeat(19) + "\n",
                        "line 2: fiat_amount",
                        "18 behind it"),
                Arguments.of(
                        "id,status\nt-1,completed\n\"t-2,completed\nt-3,\"completed\"\n", "line 4", "opened in line 3"),
                Arguments.of(
                        "id,status,note\nt-1,completed,\n\"t-2,completed,\n" + "t-3,completed,\n".repeat(500),
                        "line 3",
                        "is its quote not closed?"),
                Arguments.of("id,status\nt-1,completed\nt-2,compl", "line 3: status", "must be one of pending"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamedWithItsLineAndColumn(String text, String place, String problem) {
        List<Mistakes.Mistake> found = read(text);

        assertThat(found).isNotEmpty();
        assertThat(found.get(0).place()).isEqualTo(place);
        assertThat(found.get(0).text()).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16", "UTF-16LE"})
    void anotherEncodingIsRefused(String encoding) {
        assertThat(read((HEADER + ROW + "t-\u00E9,completed,,,,,\n").getBytes(Charset.forName(encoding)), 5))
                .hasSize(1);
    }

    static Stream<Arguments> otherFiles() {
        return Stream.of(
                Arguments.of("1F8B0800000000000003", "gzip"),
                Arguments.of("504B030414000600080000002100", "XLSX"),
                Arguments.of("D0CF11E0A1B11AE10000", "XLS"),
                Arguments.of("255044462D312E370A", "PDF"),
                Arguments.of("FEFF00690064002C", "UTF-16"),
                Arguments.of("FFFE69006400", "UTF-16"),
                Arguments.of("FFFE", "UTF-16"),
                Arguments.of("1F8B", "gzip"),
                Arguments.of("6900640000", "NUL"),
                Arguments.of("E9", "not UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("otherFiles")
    void aFileThatIsNoCsvIsRefusedByWhatItIs(String bytes, String problem) {
        for (int piece : List.of(1, 3, 1_000)) {
            assertThat(read(HexFormat.of().parseHex(bytes), piece))
                    .singleElement()
                    .satisfies(mistake -> {
                        assertThat(mistake.place()).isEqualTo("line 1");
                        assertThat(mistake.text()).contains(problem);
                    });
        }
        assertThat(rows).isEmpty();
    }

    @Test
    void theLineOfAByteThatIsNoUtf8IsNamed() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((HEADER + ROW).getBytes(StandardCharsets.UTF_8));
        bytes.write(0xE9);

        assertThat(read(bytes.toByteArray(), 1_000)).singleElement().satisfies(mistake -> {
            assertThat(mistake.place()).isEqualTo("line 3");
            assertThat(mistake.text()).contains("not UTF-8");
        });
    }

    @Test
    void mistakesAreNamedUpToABoundAndNeverWithWhatWasThere() {
        StringBuilder text = new StringBuilder("id,status,email\n");
        for (int i = 0; i < 1_000; i++) {
            text.append("secret-canary-").append(i).append(",secret-canary,jo@example.test\n");
        }

        List<Mistakes.Mistake> found = read(text.toString());

        assertThat(found).hasSize(Mistakes.MOST_NAMED);
        assertThat(found.toString()).doesNotContain("canary", "example.test");
    }

    private List<Mistakes.Mistake> read(String text) {
        return read(text.getBytes(StandardCharsets.UTF_8), 7);
    }

    private List<Mistakes.Mistake> read(byte[] bytes, int piece) {
        StatementParser reader = new StatementParser();
        for (int start = 0; start < bytes.length; start += piece) {
            reader.read(Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + piece)));
            rows.addAll(reader.takeRows());
        }
        reader.end();
        rows.addAll(reader.takeRows());
        return reader.mistakes().named();
    }
}
