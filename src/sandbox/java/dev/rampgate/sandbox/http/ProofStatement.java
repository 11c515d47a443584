package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofStatus;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** The statement that Proof's people send the partner as a file: a line for each transaction that has ended. */
final class ProofStatement {

    private static final String HEADER =
            "id,status,crypto_amount,fiat_amount,currency,fiat_currency,updated_at,customer\n";

    /** What can be wrong with the last completed transaction of a statement. */
    enum Mistake {
        NONE,
        /** Its fiat amount is a cent too high. */
        AMOUNT,
        /** It is listed as failed. */
        STATUS,
        /** It is left out. */
        MISSING;

        static Mistake of(String name) {
            return name == null ? NONE : valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    private ProofStatement() {}

    /** The statement as CSV. */
    static String of(List<ProofTransaction> all, Mistake mistake) {
        List<ProofTransaction> ended = all.stream()
                .filter(one -> one.partner() == PartnerAccount.OWN && one.isTerminal())
                .toList();
        ProofTransaction wrong = ended.stream()
                .filter(one -> ProofStatus.COMPLETED.is(one.status()))
                .reduce((earlier, later) -> later)
                .orElse(null);
        return HEADER
                + ended.stream()
                        .map(one -> line(one, one == wrong ? mistake : Mistake.NONE))
                        .collect(Collectors.joining());
    }

    private static String line(ProofTransaction one, Mistake mistake) {
        return mistake == Mistake.MISSING
                ? ""
                : String.join(
                                ",",
                                one.id(),
                                mistake == Mistake.STATUS ? ProofStatus.FAILED.wireName() : one.status(),
                                text(one.cryptoAmount()),
                                mistake == Mistake.AMOUNT
                                        ? new BigDecimal(one.fiatAmount())
                                                .add(new BigDecimal("0.01"))
                                                .toPlainString()
                                        : text(one.fiatAmount()),
                                one.currency(),
                                one.fiatCurrency(),
                                one.updatedAt().toString(),
                                one.partnerUserId())
                        + "\n";
    }

    private static String text(String amount) {
        return Objects.requireNonNullElse(amount, "");
    }
}
