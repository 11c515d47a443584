package dev.rampgate.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A line of an export for spreadsheets (RFC 4180). A cell that a spreadsheet could take for a formula begins with an apostrophe, as OWASP
 * advises against formula injection. Whoever needs the exact text takes the other format.
 */
public final class CsvLine {

    private static final String END = "\r\n";
    private static final Set<Character> DANGEROUS =
            Set.of('=', '+', '-', '@', '\t', '\r', '\n', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20');

    private CsvLine() {}

    /** The names of the columns. */
    public static String header(List<String> fields) {
        return String.join(",", fields) + END;
    }

    /** One transaction. */
    public static String of(JsonObject transaction, List<String> fields) {
        return fields.stream()
                .map(field -> cell(transaction.getValue(field)))
                .collect(Collectors.joining(",", "", END));
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof Boolean || value instanceof Number) {
            return value.toString();
        }
        return quoted(
                value instanceof JsonArray list
                        ? list.stream().map(Object::toString).collect(Collectors.joining(" "))
                        : value instanceof JsonObject object ? object.encode() : value.toString());
    }

    /** A text as a cell. */
    public static String quoted(String text) {
        boolean dangerous = !text.isEmpty() && DANGEROUS.contains(text.charAt(0));
        return '"' + (dangerous ? "'" : "") + text.replace("\"", "\"\"") + '"';
    }
}
