package dev.rampgate.backoffice;

import dev.rampgate.problem.ProblemException;
import dev.rampgate.wire.CsvLine;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** How an export is written. */
public enum ExportFormat {
    /** One line a row, safe for spreadsheets. */
    CSV("text/csv; charset=utf-8; header=present"),
    /** One JSON object a line, exact. */
    NDJSON("application/x-ndjson");

    private final String mediaType;

    ExportFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /**
     * The format that a call asks for.
     *
     * @throws ProblemException 400 unless it names one
     */
    public static ExportFormat of(OperatorCall call) {
        List<String> texts = call.query("format");
        for (ExportFormat format : values()) {
            if (texts.equals(List.of(format.extension()))) {
                return format;
            }
        }
        throw OperatorCall.invalid("format", "must be csv or ndjson");
    }

    String mediaType() {
        return mediaType;
    }

    /** As files of this format end. */
    String extension() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What stands before the first row. */
    String header(List<String> fields) {
        return this == CSV ? CsvLine.header(fields) : "";
    }

    String line(JsonObject row, List<String> fields) {
        return this == CSV ? CsvLine.of(row, fields) : row.encode() + "\n";
    }
}
