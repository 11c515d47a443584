package dev.rampgate.books.imports;

import dev.rampgate.ledger.Status;
import dev.rampgate.wire.TransactionIds;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a statement piece by piece, as CSV (RFC 4180) in UTF-8 with commas; a byte order mark is ignored. Columns are found by the names
 * in the first line. Everything else is a mistake with its line; columns that are not known are skipped without being kept, since they may
 * hold personal data.
 */
final class StatementParser {

    /** Most characters of a cell; a longer one usually is a quote that is not closed. */
    static final int MAX_CELL = 4_096;

    /** Most columns of a line. */
    static final int MAX_COLUMNS = 200;

    private static final int CHARACTERS = 8 * 1024;
    private static final char MARK = '\uFEFF';

    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,30}(\\.[0-9]{1,18})?");
    private static final Pattern LONG_DECIMAL = Pattern.compile("[0-9]+(\\.[0-9]+)?");
    private static final Pattern SEPARATORS = Pattern.compile("[;\t|]");
    private static final Pattern SYMBOL = Pattern.compile("[A-Za-z0-9._]{1,32}");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private static final String LOST_LINES = "are its line breaks lost? curl keeps them with -T or --data-binary";

    private static final String STATUSES =
            Arrays.stream(Status.values()).map(Status::wireName).collect(Collectors.joining(", "));

    /** The columns that are read. */
    enum Column {
        ID("id", "merchant_transaction_id", "transaction_id"),
        STATUS("status"),
        CRYPTO_AMOUNT("crypto_amount"),
        CURRENCY("currency"),
        FIAT_AMOUNT("fiat_amount"),
        FIAT_CURRENCY("fiat_currency"),
        UPDATED_AT("updated_at");

        private final List<String> names;

        Column(String... names) {
            this.names = List.of(names);
        }

        String wireName() {
            return names.get(0);
        }

        static Optional<Column> of(String name) {
            String spelled = name.strip().toLowerCase(Locale.ROOT);
            return Arrays.stream(values())
                    .filter(column -> column.names.contains(spelled))
                    .findFirst();
        }
    }

    /** Files that are no text, by how they begin, and what to do instead. */
    private enum OtherFile {
        UTF_16_BIG("FEFF", "the file is UTF-16: save it as UTF-8"),
        UTF_16_LITTLE("FFFE", "the file is UTF-16: save it as UTF-8"),
        GZIP("1F8B", "the file is compressed by gzip: unpack it first"),
        ZIP("504B0304", "the file is a spreadsheet (XLSX, ODS) or another ZIP archive: save its sheet as CSV in UTF-8"),
        XLS("D0CF11E0", "the file is a spreadsheet (XLS): save its sheet as CSV in UTF-8"),
        PDF("25504446", "the file is a PDF: ask for the statement as CSV");

        /** Of the longest beginning. */
        private static final int BYTES = 4;

        private final byte[] beginning;
        private final String advice;

        OtherFile(String beginning, String advice) {
            this.beginning = HexFormat.of().parseHex(beginning);
            this.advice = advice;
        }

        static Optional<OtherFile> of(ByteBuffer bytes) {
            return Arrays.stream(values()).filter(file -> file.begins(bytes)).findFirst();
        }

        private boolean begins(ByteBuffer bytes) {
            int length = beginning.length;
            return bytes.remaining() >= length && bytes.slice(0, length).equals(ByteBuffer.wrap(beginning));
        }
    }

    private enum Place {
        CELL_BEGINS,
        IN_CELL,
        IN_QUOTES,
        AFTER_QUOTE
    }

    private final Mistakes mistakes = new Mistakes();
    private final List<ImportedRow> rows = new ArrayList<>();
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final CharBuffer characters = CharBuffer.allocate(CHARACTERS);
    private byte[] undecoded = new byte[0];
    private boolean begun;

    private Place place = Place.CELL_BEGINS;
    private long line = 1;
    private long firstLine = 1;
    private boolean afterReturn;
    private final StringBuilder cell = new StringBuilder();
    private int cellLength;
    private int column;
    private boolean blank = true;

    /** Where the cell begins that is read; only of those in quotes, which may have many lines. */
    private long quotedFrom;

    private boolean hasRows;

    /** By their place in a line; null while the first line is read. */
    private List<Column> header;

    private final List<String> names = new ArrayList<>();
    private final Map<Column, String> cells = new EnumMap<>(Column.class);

    /** Reads the next piece. After enough mistakes it does nothing. */
    void read(byte[] piece) {
        if (mistakes.isEnough()) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(joined(undecoded, piece));
        if (!begun && bytes.remaining() < OtherFile.BYTES) {
            undecoded = rest(bytes);
            return;
        }
        if (!begun && isOther(bytes)) {
            return;
        }
        begun = true;
        decode(bytes, false);
        undecoded = rest(bytes);
    }

    /** The file has ended. */
    void end() {
        ByteBuffer rest = ByteBuffer.wrap(undecoded);
        if (!mistakes.isEnough() && (begun || !isOther(rest))) {
            decode(rest, true);
        }
        if (mistakes.isEnough()) {
            return;
        }
        if (place == Place.IN_QUOTES) {
            mistakes.addFatal(quotedFrom, null, "a quote is not closed");
            return;
        }
        boolean oneLine = header == null;
        if (!blank) {
            endLine();
        }
        if (mistakes.isEnough()) {
            return;
        }
        if (header == null) {
            mistakes.addFatal(1, null, "the file is empty: its first line must name the columns");
        } else if (!hasRows) {
            mistakes.addFatal(
                    line,
                    null,
                    oneLine
                            ? "the file has this line only and lists no transaction: " + LOST_LINES
                            : "the file ends here and lists no transaction");
        }
    }

    Mistakes mistakes() {
        return mistakes;
    }

    /** The rows since the last call. */
    List<ImportedRow> takeRows() {
        List<ImportedRow> taken = List.copyOf(rows);
        rows.clear();
        return taken;
    }

    // --- characters

    private static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0) {
            return second;
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] rest(ByteBuffer bytes) {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }

    private boolean isOther(ByteBuffer bytes) {
        Optional<OtherFile> other = OtherFile.of(bytes);
        other.ifPresent(file -> mistakes.addFatal(1, null, file.advice));
        return other.isPresent();
    }

    private void decode(ByteBuffer bytes, boolean last) {
        CoderResult result;
        do {
            characters.clear();
            result = decoder.decode(bytes, characters, last);
            characters.flip();
            parse();
        } while (result.isOverflow() && !mistakes.isEnough());
        if (result.isError()) {
            mistakes.addFatal(line, null, "the file is not UTF-8 from here on: save it as UTF-8");
        }
    }

    private void parse() {
        while (characters.hasRemaining() && !mistakes.isEnough()) {
            char next = characters.get();
            boolean returned = afterReturn;
            afterReturn = next == '\r';
            if (next == '\n' && returned) {
                continue; // the line has ended with the carriage return
            }
            if (next == 0) {
                mistakes.addFatal(line, null, "has a NUL character: the file is not UTF-8 text");
            } else if (next != MARK || line > 1 || column > 0 || place != Place.CELL_BEGINS) {
                parse(next == '\r' ? '\n' : next);
            }
        }
    }

    private void parse(char next) {
        switch (place) {
            case CELL_BEGINS -> {
                if (next == '"') {
                    blank = false;
                    quotedFrom = line;
                    place = Place.IN_QUOTES;
                } else {
                    place = Place.IN_CELL;
                    inCell(next);
                }
            }
            case IN_CELL -> inCell(next);
            case IN_QUOTES -> {
                if (next == '"') {
                    place = Place.AFTER_QUOTE;
                } else {
                    append(next);
                    line += next == '\n' ? 1 : 0;
                }
            }
            case AFTER_QUOTE -> {
                if (next == '"') {
                    append(next);
                    place = Place.IN_QUOTES;
                } else if (next == ',' || next == '\n') {
                    inCell(next);
                } else {
                    mistakes.addFatal(line, null, "has text behind a closing quote" + openedEarlier());
                }
            }
        }
    }

    /** A quote that was not closed is often closed by the next one, lines later. */
    private String openedEarlier() {
        return quotedFrom == line ? "" : "; the quote was opened in line " + quotedFrom;
    }

    private void inCell(char next) {
        if (next == ',') {
            blank = false;
            endCell();
        } else if (next == '\n') {
            if (!blank || cellLength > 0) {
                endLine();
            }
            nextLine();
        } else if (next == '"') {
            mistakes.addFatal(line, null, "has a quote inside of a cell that does not begin with one");
        } else {
            blank = false;
            append(next);
        }
    }

    /** Only what is needed is kept. */
    private void append(char next) {
        cellLength++;
        if (cellLength > MAX_CELL) {
            mistakes.addFatal(
                    place == Place.IN_QUOTES ? quotedFrom : line,
                    null,
                    "has a cell of more than " + MAX_CELL + " characters"
                            + (place == Place.IN_QUOTES ? ": is its quote not closed?" : ""));
        } else if (header == null || wanted() != null) {
            cell.append(next);
        }
    }

    private Column wanted() {
        return column < header.size() ? header.get(column) : null;
    }

    private void endCell() {
        if (column >= MAX_COLUMNS) {
            mistakes.addFatal(
                    firstLine,
                    null,
                    "has more than " + MAX_COLUMNS + " cells" + (header == null ? ": " + LOST_LINES : ""));
            return;
        }
        if (header == null) {
            names.add(cell.toString());
        } else if (wanted() != null) {
            cells.put(wanted(), cell.toString().strip());
        }
        cell.setLength(0);
        cellLength = 0;
        column++;
        place = Place.CELL_BEGINS;
    }

    private void nextLine() {
        line++;
        firstLine = line;
        column = 0;
        cellLength = 0;
        cell.setLength(0);
        cells.clear();
        blank = true;
        place = Place.CELL_BEGINS;
    }

    private void endLine() {
        endCell();
        if (mistakes.isEnough()) {
            return;
        }
        if (header == null) {
            readHeader();
        } else if (column != header.size()) {
            hasRows = true;
            mistakes.add(
                    firstLine,
                    null,
                    "has " + column + " cells, but the first line has " + header.size()
                            + (column > header.size() ? ": a cell with a comma needs quotes, a number a point" : ""));
        } else {
            readRow();
        }
    }

    // --- lines

    private void readHeader() {
        List<Column> found = new ArrayList<>();
        for (String name : names) {
            Column known = Column.of(name).orElse(null);
            if (known != null && found.contains(known)) {
                mistakes.addFatal(
                        firstLine,
                        known.wireName(),
                        "occurs twice"
                                + (known.names.size() > 1 ? "; these are one: " + String.join(", ", known.names) : ""));
                return;
            }
            found.add(known);
        }
        if (names.get(0).strip().toLowerCase(Locale.ROOT).startsWith("sep=")) {
            mistakes.addFatal(firstLine, null, "is a note for spreadsheets: remove it, and separate cells by commas");
        } else if (names.size() == 1 && SEPARATORS.matcher(names.get(0)).find()) {
            mistakes.addFatal(
                    firstLine, null, "has columns that commas do not separate: save the file as CSV with commas");
        } else if (!found.contains(Column.ID) || !found.contains(Column.STATUS)) {
            mistakes.addFatal(
                    firstLine,
                    null,
                    "must name the columns, separated by commas: id and status, and if there are any "
                            + Arrays.stream(Column.values())
                                    .skip(2)
                                    .map(Column::wireName)
                                    .collect(Collectors.joining(", ")));
        } else {
            header = found;
        }
    }

    private void readRow() {
        hasRows = true;
        int before = mistakes.named().size();
        String id = text(Column.ID);
        if (id == null) {
            mistake(Column.ID, "must not be empty");
        } else if (isFormula(id)) {
            mistake(Column.ID, "begins as a formula does");
        } else if (!TransactionIds.isPossible(id)) {
            mistake(Column.ID, TransactionIds.RULE);
        }
        String status = Status.of(text(Column.STATUS)).map(Status::wireName).orElse(null);
        if (status == null) {
            mistake(Column.STATUS, "must be one of " + STATUSES);
        }
        ImportedRow row = new ImportedRow(
                firstLine,
                id,
                status,
                amount(Column.CRYPTO_AMOUNT),
                symbol(Column.CURRENCY),
                amount(Column.FIAT_AMOUNT),
                symbol(Column.FIAT_CURRENCY),
                time());
        if (mistakes.named().size() == before) {
            rows.add(row);
        }
    }

    private String text(Column wanted) {
        String text = cells.get(wanted);
        return text == null || text.isEmpty() ? null : text;
    }

    private String amount(Column wanted) {
        String text = text(wanted);
        if (text == null || DECIMAL.matcher(text).matches()) {
            return text;
        }
        mistake(wanted, expectedInsteadOf(text));
        return null;
    }

    private static String expectedInsteadOf(String amount) {
        if (isFormula(amount)) {
            return "must be a plain decimal, and begins as a formula or with a sign";
        }
        return LONG_DECIMAL.matcher(amount).matches()
                ? "must have at most 30 digits before the point and 18 behind it"
                : "must be a plain decimal with a point, without separators, such as 1234.56";
    }

    private String symbol(Column wanted) {
        String text = text(wanted);
        if (text == null || SYMBOL.matcher(text).matches()) {
            return text;
        }
        mistake(wanted, "must be 1 to 32 letters, digits, dots or underscores, such as USDC");
        return null;
    }

    private Instant time() {
        String text = text(Column.UPDATED_AT);
        if (text == null) {
            return null;
        }
        try {
            Instant time = Instant.parse(text);
            if (!time.isBefore(Instant.EPOCH) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeParseException noTime) {
            // reported below
        }
        mistake(Column.UPDATED_AT, "must be a time in UTC such as 2026-05-02T08:00:00Z");
        return null;
    }

    /** As spreadsheets take it. */
    private static boolean isFormula(String text) {
        return "=+-@\uFF1D\uFF0B\uFF0D\uFF20".indexOf(text.charAt(0)) >= 0;
    }

    private void mistake(Column where, String text) {
        mistakes.add(firstLine, where.wireName(), text);
    }
}
