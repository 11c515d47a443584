package dev.rampgate.backoffice.console;

import dev.rampgate.books.Sum;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line of a table of sums.
 *
 * @param period the month that it is about
 * @param type {@code buy} or {@code sell}; "unknown" if it is not known, like the others
 * @param pair currency and network
 * @param fiat currency
 * @param status how it ended
 * @param count how many
 * @param cryptoAmount exact
 * @param fiatAmount exact
 * @param rate fiat for one unit of crypto currency; empty if there is none
 * @param withoutAmounts how many lack an amount
 */
public record StatementRow(
        String period,
        String type,
        String pair,
        String fiat,
        String status,
        long count,
        String cryptoAmount,
        String fiatAmount,
        String rate,
        long withoutAmounts) {

    static List<StatementRow> of(List<Sum> sums) {
        return sums.stream().map(StatementRow::of).toList();
    }

    private static StatementRow of(Sum sum) {
        Sum.Group group = sum.group();
        return new StatementRow(
                group.span(),
                known(group.type()),
                Stream.of(group.currency(), group.network())
                        .map(StatementRow::known)
                        .collect(Collectors.joining("/")),
                known(group.fiatCurrency()),
                group.status(),
                sum.count(),
                sum.cryptoAmount().toPlainString(),
                sum.fiatAmount().toPlainString(),
                sum.effectiveRate().map(BigDecimal::toPlainString).orElse(""),
                sum.withoutAmounts());
    }

    private static String known(String text) {
        return text == null ? "unknown" : text;
    }

    /** The look of the status. */
    public String look() {
        return status.equals("completed") ? "good" : status.equals("failed") ? "bad" : "";
    }
}
