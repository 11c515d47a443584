package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofStatus;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statement that Proof's people send the partner as a file: a line for each transaction that has ended. */
final class ProofStatement {

    private static final String HEADER =
            "id,status,crypto_amount,fiat_amount,currency,fiat_currency,updated_at,customer\n";

    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,64}(\\.[0-9]{1,64})?");

    /** What can be wrong with the last completed transaction of a statement that it fits. */
    enum Mistake {
        NONE,
        /** Its fiat amount is a cent too high. */
        AMOUNT,
        /** It is listed as failed. */
        STATUS,
        /** It is left out. */
        MISSING;

        /** @throws IllegalArgumentException if there is no such mistake */
        static Mistake of(String name) {
            return name == null ? NONE : valueOf(name.toUpperCase(Locale.ROOT));
        }

        /** Only a number can be a cent too high: tests give transactions no amount, or one that is none. */
        private boolean fits(ProofTransaction one) {
            return ProofStatus.COMPLETED.is(one.status()) && (this != AMOUNT || isDecimal(one.fiatAmount()));
        }
    }

    private ProofStatement() {}

    /** The statement as CSV; empty if no transaction of it can have the mistake. */
    static Optional<String> of(List<ProofTransaction> all, Mistake mistake) {
        List<ProofTransaction> ended = all.stream()
                .filter(one -> one.partner() == PartnerAccount.OWN && one.isTerminal())
                .toList();
        Optional<ProofTransaction> wrong = ended.stream().filter(mistake::fits).reduce((earlier, later) -> later);
        if (mistake != Mistake.NONE && wrong.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ended.stream()
                .map(one -> line(one, wrong.filter(other -> other == one).isPresent() ? mistake : Mistake.NONE))
                .collect(Collectors.joining("", HEADER, "")));
    }

    private static String line(ProofTransaction one, Mistake mistake) {
        return mistake == Mistake.MISSING
                ? ""
                : Stream.of(
                                        one.id(),
                                        mistake == Mistake.STATUS ? ProofStatus.FAILED.wireName() : one.status(),
                                        one.cryptoAmount(),
                                        mistake == Mistake.AMOUNT ? aCentMore(one.fiatAmount()) : one.fiatAmount(),
                                        one.currency(),
                                        one.fiatCurrency(),
                                        Objects.toString(one.updatedAt(), null),
                                        one.partnerUserId())
                                .map(ProofStatement::cell)
                                .collect(Collectors.joining(","))
                        + "\n";
    }

    private static String aCentMore(String amount) {
        return new BigDecimal(amount).add(new BigDecimal("0.01")).toPlainString();
    }

    private static boolean isDecimal(String amount) {
        return amount != null && DECIMAL.matcher(amount).matches();
    }

    /** Quoted where a comma, a quote or the end of a line would end it. */
    private static String cell(String text) {
        if (text == null) {
            return "";
        }
        return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
