package dev.rampgate.books;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.Optional;

/**
 * What some lines add up to, exactly.
 *
 * @param group which lines
 * @param count how many, revoked ones subtracted
 * @param cryptoAmount of those whose amount is known
 * @param fiatAmount likewise
 * @param withoutAmounts how many lack an amount, revoked ones subtracted
 * @param ratedCrypto of those of which both amounts are known
 * @param ratedFiat likewise
 */
public record Sum(
        Group group,
        long count,
        BigDecimal cryptoAmount,
        BigDecimal fiatAmount,
        long withoutAmounts,
        BigDecimal ratedCrypto,
        BigDecimal ratedFiat) {

    /** Decimals of the effective rate. */
    private static final int RATE_DECIMALS = 8;

    /**
     * What is summed up together. All but the status may be null: not known.
     *
     * @param span a day such as {@code 2026-10-03}, or a month such as {@code 2026-10}
     */
    public record Group(String span, String type, String currency, String network, String fiatCurrency, String status) {

        /** The same for the whole month. */
        Group ofMonth() {
            return new Group(span.substring(0, "2026-10".length()), type, currency, network, fiatCurrency, status);
        }
    }

    private static final Comparator<String> NULL_LAST = Comparator.nullsLast(Comparator.naturalOrder());

    /** The order of sums. */
    static final Comparator<Group> ORDER = Comparator.comparing(Group::span)
            .thenComparing(Group::type, NULL_LAST)
            .thenComparing(Group::currency, NULL_LAST)
            .thenComparing(Group::network, NULL_LAST)
            .thenComparing(Group::fiatCurrency, NULL_LAST)
            .thenComparing(Group::status);

    static Sum of(Line line) {
        Entry entry = line.entry();
        BigDecimal crypto = line.cryptoAmount();
        BigDecimal fiat = line.fiatAmount();
        boolean rated = crypto != null && fiat != null;
        return new Sum(
                new Group(
                        entry.day(),
                        entry.type(),
                        entry.currency(),
                        entry.network(),
                        entry.fiatCurrency(),
                        entry.status()),
                line.count(),
                orZero(crypto),
                orZero(fiat),
                rated ? 0 : line.count(),
                rated ? crypto : BigDecimal.ZERO,
                rated ? fiat : BigDecimal.ZERO);
    }

    private static BigDecimal orZero(BigDecimal amount) {
        return amount == null ? BigDecimal.ZERO : amount;
    }

    Sum as(Group other) {
        return new Sum(other, count, cryptoAmount, fiatAmount, withoutAmounts, ratedCrypto, ratedFiat);
    }

    /** Both together, as the group of this one. */
    Sum and(Sum other) {
        return new Sum(
                group,
                count + other.count,
                cryptoAmount.add(other.cryptoAmount),
                fiatAmount.add(other.fiatAmount),
                withoutAmounts + other.withoutAmounts,
                ratedCrypto.add(other.ratedCrypto),
                ratedFiat.add(other.ratedFiat));
    }

    /** Fiat for one unit of the crypto currency, rounded; none if there is no amount of it. */
    public Optional<BigDecimal> effectiveRate() {
        return ratedCrypto.signum() == 0
                ? Optional.empty()
                : Optional.of(ratedFiat.divide(ratedCrypto, RATE_DECIMALS, RoundingMode.HALF_EVEN));
    }
}
