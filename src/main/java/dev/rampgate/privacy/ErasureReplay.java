package dev.rampgate.privacy;

import dev.rampgate.database.migration.Preparation;
import dev.rampgate.privacy.ErasureLedgerFiles.Lines;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasedUsers.LedgerMark;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Applies the erasure ledger to the database again: what it has and the database has not seen was erased after the backup from which the database was
 * restored. First all marks are copied, so that these users count as erased whoever names them later; then all users in the database are looked
 * at, hashed with each key, and erased if they are named. How far each file is applied stands in the database, so that a restore takes it back, too.
 */
@Singleton
public class ErasureReplay implements Preparation {

    private static final Logger LOG = Logger.getLogger(ErasureReplay.class);

    /** Lines of one statement. */
    private static final int LINES = 500;

    /** Users of one statement. */
    private static final int USERS = 500;

    private static final long USERS_BETWEEN_REPORTS = 100_000;

    /** How long after a look a line that another replica was writing meanwhile is whole. */
    private static final Duration WRITTEN_BY_THEN = Duration.ofSeconds(2);

    /** Before every user id and behind every pseudonym: those begin with a control character, and the database compares bytes. */
    private static final String BEFORE_ALL = String.valueOf((char) 31);

    private final ErasureLedger ledger;
    private final Erasure erasure;
    private final ErasedUsers erasedUsers;
    private final AppliedErasures files;
    private final Pool pool;
    private volatile boolean applied;

    ErasureReplay(ErasureLedger ledger, Erasure erasure, ErasedUsers erasedUsers, AppliedErasures files, Pool pool) {
        this.ledger = ledger;
        this.erasure = erasure;
        this.erasedUsers = erasedUsers;
        this.files = files;
        this.pool = pool;
    }

    /**
     * What was done.
     *
     * @param lines of the ledger that were new to the database
     * @param users at whom was looked
     * @param erased how many of them were erased again
     */
    record Applied(long lines, long users, long erased) {}

    /** Whether there is an erasure ledger that this process has not applied yet. Nothing may be read from the database by users until then. */
    public boolean isPending() {
        return ledger.isOn() && !applied;
    }

    @Override
    public String failure() {
        return "The erasure ledger could not be applied to the database";
    }

    @Override
    public Uni<Void> prepare() {
        return ledger.isOn()
                ? apply(false).invoke(done -> applied = true).replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    /** @param everything all lines, also those that the database has seen */
    Uni<Applied> apply(boolean everything) {
        return blocking(() -> ledger.files().names())
                .chain(names -> known(names).chain(known -> Multi.createFrom()
                        .iterable(names)
                        .onItem()
                        .transformToUniAndConcatenate(name -> copy(name, everything ? 0 : known.getOrDefault(name, 0L)))
                        .collect()
                        .asList()
                        .chain(this::eraseNew)));
    }

    /** How far a file is copied. */
    private record Copied(String name, long lines, long end) {}

    private Uni<Applied> eraseNew(List<Copied> copied) {
        List<Copied> more = copied.stream().filter(file -> file.lines() > 0).toList();
        long lines = more.stream().mapToLong(Copied::lines).sum();
        if (lines == 0) {
            return Uni.createFrom().item(new Applied(0, 0, 0));
        }
        LOG.infof(
                "The erasure ledger has %d lines that this database has not seen; all its users are compared with them",
                lines);
        Pass pass = new Pass();
        return pass.through(Source.TRANSACTIONS)
                .chain(() -> pass.through(Source.KEYS))
                .chain(() -> pass.through(Source.HAND_OFFS))
                .chain(() -> Multi.createFrom()
                        .iterable(more)
                        .onItem()
                        .transformToUniAndConcatenate(file -> files.advance(file.name(), file.end()))
                        .onItem()
                        .ignoreAsUni())
                .replaceWith(() -> new Applied(lines, pass.users, pass.erased))
                .invoke(done -> LOG.infof(
                        "The erasure ledger is applied: %d lines, %d users compared, %d erased again",
                        done.lines(), done.users(), done.erased()));
    }

    // --- the files

    /** How far each of these files is applied; alarms what the database has seen and the ledger has not. */
    private Uni<Map<String, Long>> known(List<String> names) {
        Set<String> present = new HashSet<>(names);
        return files.applied().invoke(known -> known.keySet().stream()
                .filter(name -> !present.contains(name))
                .findFirst()
                .ifPresent(missing -> ledger.alarm("the file " + missing
                        + " is missing, which this database has seen. Is the right volume mounted? After a restore of an older"
                        + " backup, its users would come back")));
    }

    private Uni<Copied> copy(String name, long applied) {
        return blocking(() -> ledger.files().size(name)).chain(size -> {
            if (size < applied) {
                ledger.alarm("the file " + name + " is shorter than it was. Restore it from a copy");
            }
            return copy(name, size < applied ? 0 : applied, 0);
        });
    }

    private Uni<Copied> copy(String name, long from, long before) {
        AtomicReference<Copied> copied = new AtomicReference<>(new Copied(name, before, from));
        return Multi.createBy()
                .repeating()
                .uni(() -> read(name, copied.get().end())
                        .call(lines -> ErasedUsers.remember(pool, marks(lines)))
                        .invoke(lines -> copied.set(new Copied(
                                name, copied.get().lines() + lines.lines().size(), lines.end()))))
                .whilst(lines -> !lines.lines().isEmpty())
                .onItem()
                .ignoreAsUni()
                .replaceWith(copied::get);
    }

    private static List<LedgerMark> marks(Lines lines) {
        return lines.lines().stream()
                .map(line -> new LedgerMark(line.user().mark(), line.erasedAt()))
                .toList();
    }

    private Uni<Lines> read(String name, long from) {
        Uni<Lines> lines = blocking(() -> ledger.files().read(name, from, LINES));
        return lines.chain(first -> !first.isTorn() || !first.lines().isEmpty()
                ? Uni.createFrom().item(first)
                : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(WRITTEN_BY_THEN)
                        .chain(() -> lines)
                        .invoke(second -> alarmTorn(name, second)));
    }

    private void alarmTorn(String name, Lines lines) {
        if (lines.isTorn() && lines.lines().isEmpty()) {
            ledger.alarm(
                    "the last line of " + name
                            + " is damaged: a write was cut off. That erasure was not acknowledged; ask whether it has been repeated, and remove the line");
        }
    }

    private static <T> Uni<T> blocking(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    // --- the users

    /** Where user ids stand. Each statement answers the next ones, in order. */
    enum Source {
        /** By one step into the index for each user, however many transactions each has. */
        TRANSACTIONS("""
                WITH RECURSIVE next (user_id, number) AS (
                    (SELECT user_id, 1 FROM transaction WHERE user_id > $1 ORDER BY user_id LIMIT 1)
                    UNION ALL
                    SELECT (SELECT transaction.user_id
                            FROM transaction
                            WHERE transaction.user_id > next.user_id
                            ORDER BY transaction.user_id
                            LIMIT 1),
                           next.number + 1
                    FROM next
                    WHERE next.user_id IS NOT NULL AND next.number < $2
                )
                SELECT user_id
                FROM next
                WHERE user_id IS NOT NULL
                """),
        KEYS("""
                SELECT DISTINCT user_id
                FROM idempotency_key
                WHERE user_id > $1
                ORDER BY user_id
                LIMIT $2
                """),
        HAND_OFFS("""
                SELECT DISTINCT user_id
                FROM hand_off
                WHERE user_id > $1
                ORDER BY user_id
                LIMIT $2
                """);

        private final String statement;

        Source(String statement) {
            this.statement = statement;
        }
    }

    /** The user ids that follow one. */
    static Uni<List<String>> page(Pool pool, Source source, String after) {
        return pool.preparedQuery(source.statement)
                .execute(Tuple.of(after, USERS))
                .map(rows -> {
                    List<String> page = new ArrayList<>(rows.size());
                    rows.forEach(row -> page.add(row.getString("user_id")));
                    return page;
                });
    }

    /** One look at all users. */
    private final class Pass {
        private long users;
        private long erased;

        Uni<Void> through(Source source) {
            AtomicReference<String> after = new AtomicReference<>(BEFORE_ALL);
            return Multi.createBy()
                    .repeating()
                    .uni(() -> page(pool, source, after.get())
                            .call(page -> erasedUsers.namedByLedger(pool, page).chain(this::eraseAll))
                            .invoke(page -> {
                                report(page);
                                if (!page.isEmpty()) {
                                    after.set(page.get(page.size() - 1));
                                }
                            }))
                    .whilst(page -> page.size() == USERS)
                    .onItem()
                    .ignoreAsUni();
        }

        private Uni<Void> eraseAll(Map<String, Instant> named) {
            return Multi.createFrom()
                    .iterable(named.entrySet())
                    .onItem()
                    .transformToUniAndConcatenate(user -> erasure.eraseAgain(user.getKey(), user.getValue()))
                    .invoke(done -> erased += done.isNothing() ? 0 : 1)
                    .onItem()
                    .ignoreAsUni();
        }

        private void report(List<String> page) {
            long before = users / USERS_BETWEEN_REPORTS;
            users += page.size();
            if (users / USERS_BETWEEN_REPORTS > before) {
                LOG.infof("The erasure ledger is being applied: %d users compared, %d erased again", users, erased);
            }
        }
    }
}
