package dev.rampgate.sandbox.transaction;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Identity checks per user (Proof contract, section 10): a user is known from the first session on. */
public final class KycStatuses {

    public static final String NOT_STARTED = "not_started";

    public static final String VERIFIED = "verified";
    public static final String FAILED = "failed";

    private static final Set<String> KNOWN = Set.of(NOT_STARTED, "pending", VERIFIED, FAILED);

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

    /** @throws IllegalArgumentException if the contract does not know the status */
    public synchronized void set(PartnerAccount partner, String partnerUserId, String status) {
        if (!KNOWN.contains(status)) {
            throw new IllegalArgumentException("a KYC status is one of " + KNOWN + ", not " + status);
        }
        byUser.put(new User(partner, partnerUserId), status);
    }
}
