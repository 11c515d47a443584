package dev.rampgate.books;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums by type, pair, fiat currency, status and month, in their order. Their number does not depend on that of the lines. */
final class SumsByGroup {

    private final Map<Sum.Group, Sum> sums = new TreeMap<>(Sum.ORDER);

    void add(Sum sum) {
        Sum ofMonth = sum.as(sum.group().ofMonth());
        sums.merge(ofMonth.group(), ofMonth, Sum::and);
    }

    List<Sum> list() {
        return List.copyOf(sums.values());
    }
}
