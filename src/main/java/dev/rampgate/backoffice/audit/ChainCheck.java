package dev.rampgate.backoffice.audit;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Checks the chain of the audit, entry by entry in its order, against its own hashes and against heads that were published. Keeps no entry, so that a chain of any
 * length needs the same memory.
 */
final class ChainCheck {

    /** The action of an entry that says up to where entries have expired. */
    private static final String EXPIRED = "expire_audit";

    private final TreeMap<Long, ChainHead> heads = new TreeMap<>();
    private final ChainHead anchor;
    private ChainHead last;
    private ChainHead confirmed;
    private String expired = "";
    private String broken;

    /**
     * @param anchor the last entry that expired; the chain begins behind it
     * @param published heads that the chain must contain
     */
    ChainCheck(ChainHead anchor, Collection<ChainHead> published) {
        this.anchor = anchor;
        this.last = anchor;
        published.forEach(head -> heads.put(head.position(), head));
    }

    /** The next entries. What follows the first broken one is not looked at. */
    void next(List<LinkedEntry> entries) {
        entries.forEach(this::next);
    }

    private void next(LinkedEntry entry) {
        if (broken != null) {
            return;
        }
        long expected = last.position() + 1;
        if (entry.position() != expected) {
            broken = "entry " + expected + " is missing: a row was removed (the next one is entry " + entry.position()
                    + ")";
        } else if (!entry.computedHash().equals(entry.hash())) {
            broken = "entry " + expected + " (row " + entry.number()
                    + ") was changed: its hash is not that of what it holds";
        } else if (!entry.previous().equals(last.hash())) {
            broken = "entry " + expected + " (row " + entry.number() + ") does not follow entry " + last.position()
                    + ": one of them was changed, removed or inserted, and hashed anew";
        } else {
            last = new ChainHead(entry.position(), entry.hash());
            compare(heads.get(expected));
            if (entry.action().equals(EXPIRED)) {
                expired = entry.subject();
            }
        }
    }

    private void compare(ChainHead published) {
        if (published == null) {
            return;
        }
        if (published.isOf(last.hash())) {
            confirmed = published;
            return;
        }
        long from = (confirmed == null ? anchor : confirmed).position() + 1;
        broken = "entry " + last.position() + " has the hash " + last.hash()
                + " and not the published one: an entry from " + from + " to " + last.position()
                + " was changed, removed or inserted, and all after it were hashed anew";
    }

    /** An entry that is not linked yet. */
    void unlinked(LinkedEntry entry) {
        if (entry.action().equals(EXPIRED)) {
            expired = entry.subject();
        }
    }

    /** Whether the next entries need not be read. */
    boolean isBroken() {
        return broken != null;
    }

    /** Behind it the chain begins. */
    ChainHead anchor() {
        return anchor;
    }

    /** Where the chain ends, or was whole for the last time. */
    ChainHead last() {
        return last;
    }

    /** What is wrong, after the last entry; empty if nothing is. */
    Optional<String> result() {
        if (broken != null) {
            return Optional.of(broken);
        }
        if (anchor.position() > 0 && !expired.equals(anchor.toString())) {
            return Optional.of("the entries up to " + anchor.position()
                    + " are missing, and no entry says that they have expired: rows were removed");
        }
        if (!heads.isEmpty() && heads.lastKey() > last.position()) {
            return Optional.of("entry " + (last.position() + 1) + " is missing: the chain ends at " + last.position()
                    + " and the published head is " + heads.lastKey() + ": its tail was cut off");
        }
        if (!heads.isEmpty() && heads.firstKey() <= anchor.position()) {
            ChainHead first = heads.firstEntry().getValue();
            boolean isAnchor = first.position() == anchor.position() && first.isOf(anchor.hash());
            return isAnchor
                    ? Optional.empty()
                    : Optional.of("the head " + first.position() + " is older than the retention (entries up to "
                            + anchor.position() + " have expired): compare a newer one");
        }
        return Optional.empty();
    }
}
