package dev.rampgate.books.imports;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a statement: the first mistakes, and how many there are. No text of a cell is kept. */
final class Mistakes {

    /** Most mistakes that are named. */
    static final int MOST_NAMED = 20;

    /**
     * One mistake.
     *
     * @param line from 1
     * @param column name of the column as the documentation spells it; null if it concerns the whole line
     * @param text what is expected, without what was there
     */
    record Mistake(long line, String column, String text) {

        /** Where it is, such as {@code line 7: fiat_amount}. */
        String place() {
            return "line " + line + (column == null ? "" : ": " + column);
        }
    }

    private final List<Mistake> named = new ArrayList<>();
    private long count;
    private boolean fatal;

    void add(long line, String column, String text) {
        count++;
        if (named.size() < MOST_NAMED) {
            named.add(new Mistake(line, column, text));
        }
    }

    /** Nothing behind it can be read. */
    void addFatal(long line, String column, String text) {
        if (!fatal) {
            add(line, column, text);
            fatal = true;
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether reading on would name no more. */
    boolean isEnough() {
        return fatal || named.size() >= MOST_NAMED;
    }

    List<Mistake> named() {
        return named;
    }
}
