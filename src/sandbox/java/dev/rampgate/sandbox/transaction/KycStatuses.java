package dev.rampgate.sandbox.transaction;

import dev.rampgate.sandbox.fault.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Identity checks per user (Proof contract, section 10): a user is known from the first session on. */
public final class KycStatuses {

    public static final String NOT_STARTED = "not_started";

    public static final String VERIFIED = "verified";
    public static final String FAILED = "failed";

    private static final List<String> KNOWN = List.of(NOT_STARTED, "pending", VERIFIED, FAILED);

    private record User(PartnerAccount partner, String id) {}

    private final Map<User, String> byUser;

    public KycStatuses(int limit) {
        byUser = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<User, String> eldest) {
                return size() > limit;
            }
        };
    }

    public synchronized void meet(PartnerAccount partner, String partnerUserId) {
        byUser.putIfAbsent(new User(partner, partnerUserId), NOT_STARTED);
    }

    public synchronized Optional<String> of(PartnerAccount partner, String partnerUserId) {
        return Optional.ofNullable(byUser.get(new User(partner, partnerUserId)));
    }

    /** Whether the user of a transaction may pay. */
    public boolean isVerified(ProofTransaction transaction) {
        return of(transaction.partner(), transaction.partnerUserId())
                .filter(VERIFIED::equals)
                .isPresent();
    }

    /** As {@link #set(PartnerAccount, String, String)}, for a user of the partner under test. */
    public void set(String partnerUserId, String status) {
        set(PartnerAccount.OWN, partnerUserId, status);
    }

    /**
     * The same status.
     *
     * @throws IllegalArgumentException if the contract does not know it
     */
    public static String checked(String status) {
        if (!KNOWN.contains(status)) {
            throw new IllegalArgumentException("KYC status " + Words.unknown(status, KNOWN));
        }
        return status;
    }

    /** @throws IllegalArgumentException if the contract does not know the status */
    public synchronized void set(PartnerAccount partner, String partnerUserId, String status) {
        byUser.put(new User(partner, partnerUserId), checked(status));
    }
}
