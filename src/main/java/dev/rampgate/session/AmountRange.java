package dev.rampgate.session;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The crypto amounts that a session may be opened for, both ends included.
 *
 * @param least empty for no lower end
 * @param most empty for no upper end
 */
record AmountRange(Optional<BigDecimal> least, Optional<BigDecimal> most) {

    private static final String AMOUNT = "((?:0|[1-9][0-9]{0,38})(?:\\.[0-9]{1,38})?)?";
    private static final Pattern TEXT = Pattern.compile(AMOUNT + "\\.\\." + AMOUNT);

    /** Reads {@code 10..5000}, {@code 10..} or {@code ..5000}; empty if it is none of these, or turned round. */
    static Optional<AmountRange> of(String text) {
        Matcher ends = TEXT.matcher(text);
        if (!ends.matches() || (ends.group(1) == null && ends.group(2) == null)) {
            return Optional.empty();
        }
        AmountRange range = new AmountRange(
                Optional.ofNullable(ends.group(1)).map(BigDecimal::new),
                Optional.ofNullable(ends.group(2)).map(BigDecimal::new));
        boolean turned = range.least.isPresent()
                && range.most.isPresent()
                && range.least.get().compareTo(range.most.get()) > 0;
        return turned ? Optional.empty() : Optional.of(range);
    }

    /** Whether a decimal string lies between the ends. */
    boolean contains(String amount) {
        BigDecimal value = new BigDecimal(amount);
        return least.filter(end -> value.compareTo(end) < 0).isEmpty()
                && most.filter(end -> value.compareTo(end) > 0).isEmpty();
    }

    /** The amount if it lies between the ends, else an end. */
    String typical(String amount) {
        return contains(amount) ? amount : least.or(() -> most).orElseThrow().toPlainString();
    }

    /** For people, for example {@code must be at least 10 and at most 5000}. */
    String rule() {
        String lower = least.map(end -> "at least " + end.toPlainString()).orElse("");
        String upper = most.map(end -> "at most " + end.toPlainString()).orElse("");
        return "must be " + lower + (lower.isEmpty() || upper.isEmpty() ? "" : " and ") + upper;
    }
}
