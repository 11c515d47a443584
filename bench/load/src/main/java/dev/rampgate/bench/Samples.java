package dev.rampgate.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One figure, measured in several rounds. */
final class Samples {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    double median() {
        return percentile(50);
    }

    /** By nearest rank; the middle of two for the median of an even number. */
    double percentile(double percent) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        if (percent == 50 && sorted.size() % 2 == 0) {
            return (sorted.get(sorted.size() / 2 - 1) + sorted.get(sorted.size() / 2)) / 2;
        }
        return sorted.get(Math.max(0, (int) Math.ceil(percent / 100 * sorted.size()) - 1));
    }

    int size() {
        return values.size();
    }

    List<Double> values() {
        return List.copyOf(values);
    }

    /** Median and spread, such as {@code 8,120 (7,900-8,300)}; empty if it was not measured. */
    String spread(int decimals) {
        if (values.isEmpty()) {
            return "";
        }
        String middle = number(median(), decimals);
        return values.size() == 1
                ? middle
                : middle + " (" + number(Collections.min(values), decimals) + "-"
                        + number(Collections.max(values), decimals) + ")";
    }

    static String number(double value, int decimals) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
