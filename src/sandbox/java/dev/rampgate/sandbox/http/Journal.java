package dev.rampgate.sandbox.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** A bounded list of recorded entries, oldest first, for tests; the oldest are dropped. Thread-safe. */
public final class Journal<E> {

    private final int limit;
    private final Deque<E> entries = new ArrayDeque<>();

    Journal(int limit) {
        this.limit = limit;
    }

    synchronized void add(E entry) {
        if (entries.size() == limit) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    public synchronized List<E> all() {
        return List.copyOf(entries);
    }

    public synchronized List<E> matching(Predicate<? super E> condition) {
        return entries.stream().filter(condition).toList();
    }

    public synchronized long count(Predicate<? super E> condition) {
        return entries.stream().filter(condition).count();
    }

    public synchronized void clear() {
        entries.clear();
    }
}
