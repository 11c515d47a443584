package dev.rampgate.fault;

import dev.rampgate.fault.LedgerTables.Moved;
import dev.rampgate.fault.LedgerTables.Recorded;
import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares what is recorded with what the simulated Proof knows: the invariants I1 to I4, I7 and I8 as far as tables show them. */
final class Truth {

    private static final int SHOWN = 5;

    /** From the news of a transaction to its row. */
    private static final Duration UNTIL_STORED = Duration.ofSeconds(5);

    private Truth() {}

    /** One sentence for each of the first transactions that are not recorded as Proof knows them; none if all are. */
    static List<String> statusDifferences(ProofSimulator proof, LedgerTables ledger, Collection<String> ids) {
        Map<String, Recorded> recorded = ledger.transactions();
        return ids.stream()
                .flatMap(id -> statusDifference(proof.transactions().get(id), recorded.get(id)).stream())
                .limit(SHOWN)
                .toList();
    }

    private static Optional<String> statusDifference(ProofTransaction truth, Recorded found) {
        if (found == null) {
            return Optional.of(truth.id() + " is lost, it is " + truth.status());
        }
        boolean same = found.status().equals(truth.status())
                && (!truth.isTerminal()
                        || found.confirmed()
                                && found.cryptoAmount().equals(truth.cryptoAmount())
                                && found.fiatAmount().equals(truth.fiatAmount()));
        return same ? Optional.empty() : Optional.of(truth.id() + " is " + found + ", not " + truth.last());
    }

    /** One sentence for each of the first timelines that are no part of Proof's history in its order; none if all are. */
    static List<String> historyDifferences(ProofSimulator proof, LedgerTables ledger, Collection<String> ids) {
        Map<String, List<Moved>> moved =
                ledger.transitions().stream().collect(Collectors.groupingBy(Moved::transactionId));
        return ids.stream()
                .filter(id -> !isPartOf(proof.transactions().get(id), moved.getOrDefault(id, List.of())))
                .limit(SHOWN)
                .map(id -> moved.get(id) + " is no part of "
                        + proof.transactions().get(id).history())
                .toList();
    }

    /** I8: one sentence for each of the first transactions whose owner is not the user of its session; none if all are right. */
    static List<String> ownerDifferences(ProofSimulator proof, LedgerTables ledger, Collection<String> ids) {
        Map<String, String> owners = ledger.owners();
        return ids.stream()
                .filter(id -> !proof.transactions().get(id).partnerUserId().equals(owners.get(id)))
                .limit(SHOWN)
                .map(id -> id + " belongs to " + owners.get(id) + ", not to "
                        + proof.transactions().get(id).partnerUserId())
                .toList();
    }

    /**
     * I7: the marks of acknowledged webhooks that are not in the archive. Webhooks about a transaction that the ledger does not know are not archived:
     * its session may have died with its replica, too.
     */
    static Set<Long> notArchived(LedgerTables ledger, Collection<Sent> acknowledged) {
        Map<String, Instant> known = ledger.transitions().stream()
                .filter(moved -> moved.sequence() == 1)
                .collect(Collectors.toMap(Moved::transactionId, opened -> Instant.ofEpochMilli(opened.observedAt())
                        .plus(UNTIL_STORED)));
        Set<Long> missing = acknowledged.stream()
                .filter(one -> known.containsKey(one.transactionId()))
                .filter(one -> one.at().isAfter(known.get(one.transactionId())))
                .map(Sent::mark)
                .collect(Collectors.toSet());
        ledger.archivedMarks().forEach(missing::remove);
        return missing;
    }

    private static boolean isPartOf(ProofTransaction truth, List<Moved> timeline) {
        Iterator<StatusChange> history = truth.history().iterator();
        for (int i = 0; i < timeline.size(); i++) {
            boolean found = false;
            while (!found && history.hasNext()) {
                found = history.next().status().equals(timeline.get(i).status());
            }
            if (!found || timeline.get(i).sequence() != i + 1) {
                return false;
            }
        }
        return !timeline.isEmpty();
    }
}
