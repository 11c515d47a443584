package dev.rampgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long a month's statement takes: with {@code -Dbooks.transactions=1000000} for figures. It prints them; a limit would measure the machine. */
class StatementSpeedTest {

    private static final Period MONTH = Period.of("2025-10").orElseThrow();

    @Test
    void aMonthIsStreamedWithTheMemoryOfAPage() {
        int transactions = Integer.getInteger("books.transactions", 3_000);
        try (BooksWorld world = new BooksWorld()) {
            grow(world, transactions);
            Statement statement = world.statement(MONTH, world.now());
            long before = used();
            long json = measure(world, "JSON", world.statements.json(statement));
            long csv = measure(world, "CSV", world.statements.csv(statement));
            Statement next = world.statement(MONTH.next(), world.now());
            measure(world, "JSON of the next month, with its corrections", world.statements.json(next));
            System.out.printf("memory %+d MB%n", (used() - before) / 1_000_000);

            assertThat(json).isPositive();
            assertThat(csv).isGreaterThan(transactions * 100L);
        }
    }

    /** One in a hundred was corrected; all became known in rounds of a thousand. */
    private static void grow(BooksWorld world, int transactions) {
        world.sql("""
                INSERT INTO amount_revision (
                    transaction_id, event_version, position, known_at, attempt, status, type, currency, network, crypto_amount,
                    fiat_currency, fiat_amount, occurred_at, confirmed_at, period_at, replaces)
                SELECT gen_random_uuid(), 2, 3 * n, timestamptz '2025-10-01' + (n / 1000) * 1000 * interval '31 days' / $1::integer,
                       1, (ARRAY['completed', 'completed', 'failed'])[1 + n % 3], (ARRAY['buy', 'sell'])[1 + n % 2],
                       (ARRAY['USDC', 'USDT'])[1 + n % 2], (ARRAY['ERC20', 'TRC20'])[1 + n / 7 % 2], (random() * 1000)::numeric(20, 6),
                       (ARRAY['EUR', 'USD'])[1 + n / 3 % 2], (random() * 1000)::numeric(20, 2), at, at, at, false
                FROM generate_series(0, $1::integer - 1) AS n
                     CROSS JOIN LATERAL (SELECT timestamptz '2025-10-01' + n * interval '31 days' / $1::integer AS at) AS times
                """, transactions);
        world.sql("""
                INSERT INTO amount_revision (
                    transaction_id, event_version, position, known_at, attempt, status, type, currency, network, crypto_amount,
                    fiat_currency, fiat_amount, occurred_at, confirmed_at, period_at, replaces)
                SELECT transaction_id, 4, position + 4 * $1::integer, known_at + interval '20 days', 2, 'completed', type, currency, network,
                       crypto_amount, fiat_currency, fiat_amount + 1, occurred_at, confirmed_at, period_at, true
                FROM amount_revision
                WHERE position % 300 = 0
                """, transactions);
        // As the server does it by itself, sooner or later.
        BooksWorld.get(world.pool.query("VACUUM ANALYZE amount_revision").execute());
        world.close(MONTH, Instant.parse("2025-11-03T00:00:00Z"));
    }

    private static long measure(BooksWorld world, String what, Multi<String> parts) {
        AtomicLong bytes = new AtomicLong();
        Duration own = own();
        Duration server = server(world);
        long start = System.nanoTime();
        parts.onItem()
                .invoke(part -> bytes.addAndGet(part.length()))
                .onItem()
                .ignoreAsUni()
                .await()
                .atMost(Duration.ofMinutes(5));
        long took = (System.nanoTime() - start) / 1_000_000;
        System.out.printf(
                "%s: %,d bytes in %,d ms, with %,d ms of a processor here and %,d ms at the server%n",
                what,
                bytes.get(),
                took,
                own().minus(own).toMillis(),
                server(world).minus(server).toMillis());
        return bytes.get();
    }

    private static Duration own() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Of the server's processes for our connections: with our own, what it would take on a machine that does nothing else. */
    private static Duration server(BooksWorld world) {
        List<Integer> servers = new ArrayList<>();
        BooksWorld.get(world.pool
                        .query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
                        .execute())
                .forEach(row -> servers.add(row.getInteger("pid")));
        return servers.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
