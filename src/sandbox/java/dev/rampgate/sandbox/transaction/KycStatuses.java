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

    private final Map<String, String> byUser;

    public KycStatuses(int limit) {
        byUser = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > limit;
            }
        };
    }

    public synchronized void meet(String partnerUserId) {
        byUser.putIfAbsent(partnerUserId, NOT_STARTED);
    }

    public synchronized Optional<String> of(String partnerUserId) {
        return Optional.ofNullable(byUser.get(partnerUserId));
    }

    /** @throws IllegalArgumentException if the contract does not know the status */
    public synchronized void set(String partnerUserId, String status) {
        if (!KNOWN.contains(status)) {
            throw new IllegalArgumentException("a KYC status is one of " + KNOWN + ", not " + status);
        }
        byUser.put(partnerUserId, status);
    }
}
