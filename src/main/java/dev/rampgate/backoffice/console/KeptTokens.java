package dev.rampgate.backoffice.console;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.Sweep;
import dev.rampgate.wire.HmacSha256;
import dev.rampgate.wire.SecretSet;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/**
 * The table {@code console_token}: tokens of people that are too long for a cookie. They are stored encrypted, by a key that only the browser has,
 * so that the database and its backups reveal no token. The same token makes one row, however often a person signs in by it.
 */
@ApplicationScoped
class KeptTokens implements Sweep {

    private static final String PURPOSE = "rampgate console token 1";

    private final Pool pool;
    private final CallStatements statements;
    private final InstantSource clock;

    KeptTokens(Pool pool, CallStatements statements, InstantSource clock) {
        this.pool = pool;
        this.statements = statements;
        this.clock = clock;
    }

    /**
     * Stores a token.
     *
     * @param until when the session ends at the latest
     * @return the key to find it by, 32 bytes in base64url; fails as the database fails
     */
    Uni<String> keep(String token, Instant until) {
        byte[] key = SecretSet.key(token, PURPOSE);
        return statements
                .sendAtOnce(() -> pool.preparedQuery("""
                                INSERT INTO console_token (id, sealed, until)
                                VALUES ($1, $2, $3)
                                ON CONFLICT (id) DO UPDATE
                                SET until = greatest(console_token.until, excluded.until)
                                """)
                        .execute(Tuple.of(id(key), SealedText.seal(token, sealing(key)), Columns.utc(until))))
                .replaceWith(() -> ConsoleSession.text(key));
    }

    /** The token that this key finds; empty if there is none. Fails as the database fails. */
    Uni<Optional<String>> find(String key) {
        byte[] bytes = Base64.getUrlDecoder().decode(key);
        return statements
                .send(() -> pool.preparedQuery("SELECT sealed FROM console_token WHERE id = $1")
                        .execute(Tuple.of(id(bytes))))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : SealedText.open(rows.iterator().next().getString("sealed"), sealing(bytes)));
    }

    private static String id(byte[] key) {
        return ConsoleSession.text(HmacSha256.of(key, "id"));
    }

    private static byte[] sealing(byte[] key) {
        return HmacSha256.of(key, "token");
    }

    // --- tokens whose sessions have ended by now

    @Override
    public String name() {
        return "console_tokens";
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Uni<Integer> deleteSome() {
        return pool.preparedQuery("""
                        DELETE FROM console_token
                        WHERE id IN (
                            SELECT id
                            FROM console_token
                            WHERE until < $1
                            ORDER BY until
                            LIMIT $2
                            FOR UPDATE SKIP LOCKED
                        )
                        """)
                .execute(Tuple.of(Columns.utc(clock.instant()), (long) MOST_ROWS))
                .map(SqlResult::rowCount);
    }
}
