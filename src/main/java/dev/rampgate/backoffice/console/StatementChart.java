package dev.rampgate.backoffice.console;

import dev.rampgate.books.Sum;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Transactions of a month by day, as bars that the page draws: completed below, failed and cancelled above.
 *
 * @param bars one for each day
 * @param width of the drawing
 * @param height of the drawing
 * @param base where the bars stand
 * @param most the number of transactions of the highest bar
 * @param summary the same in words
 */
public record StatementChart(List<Bar> bars, int width, int height, int base, long most, String summary) {

    private static final int STEP = 24;
    private static final int BAR = 16;
    private static final int TOP = 12;
    private static final int HIGHEST = 120;
    private static final int LABELS = 22;

    /**
     * A day.
     *
     * @param x left edge
     * @param width of the bar
     * @param completedY upper edge of what was completed
     * @param completedHeight height of that
     * @param otherY upper edge of what failed or was cancelled
     * @param otherHeight height of that
     * @param middle where the number of the day stands
     * @param label number of the day
     * @param words what it says
     */
    public record Bar(
            int x,
            int width,
            long completedY,
            long completedHeight,
            long otherY,
            long otherHeight,
            int middle,
            int label,
            String words) {}

    static StatementChart of(String period, List<Sum> days) {
        Map<String, long[]> counts = new TreeMap<>();
        days.forEach(sum -> counts.computeIfAbsent(sum.group().span(), day -> new long[2])[
                        sum.group().status().equals("completed") ? 0 : 1] +=
                sum.count());
        long most = counts.values().stream()
                .mapToLong(count -> count[0] + count[1])
                .max()
                .orElse(0);
        YearMonth month = YearMonth.parse(period);
        int base = TOP + HIGHEST;
        List<Bar> bars = new ArrayList<>();
        for (int day = 1; day <= month.lengthOfMonth(); day++) {
            long[] count = counts.getOrDefault(month.atDay(day).toString(), new long[2]);
            long completed = height(count[0], most);
            long other = height(count[1], most);
            int x = STEP * (day - 1) + (STEP - BAR) / 2;
            bars.add(new Bar(
                    x,
                    BAR,
                    base - completed,
                    completed,
                    base - completed - other,
                    other,
                    x + BAR / 2,
                    day,
                    month.atDay(day) + ": " + count[0] + " completed, " + count[1] + " failed or cancelled"));
        }
        long completed = counts.values().stream().mapToLong(count -> count[0]).sum();
        long other = counts.values().stream().mapToLong(count -> count[1]).sum();
        return new StatementChart(
                bars,
                STEP * month.lengthOfMonth(),
                base + LABELS,
                base,
                most,
                completed + " completed, " + other + " failed or cancelled; at most " + most + " on one day");
    }

    /** What there is, is seen. */
    private static long height(long count, long most) {
        return count == 0 ? 0 : Math.max(2, Math.round((double) count * HIGHEST / most));
    }
}
