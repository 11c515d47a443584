package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.database.DatabaseFailure.Discard;
import dev.rampgate.database.DatabaseFailure.Row;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseFailureTest {

    @ParameterizedTest
    @CsvSource({
        "25006, OUTAGE, ALL",
        "25P03, RECONNECT, THIS",
        "57P01, RECONNECT, THIS",
        "57P02, RECONNECT, THIS",
        "57P03, OUTAGE, THIS",
        "57014, OUTAGE, NONE",
        "08006, RECONNECT, THIS",
        "08P01, OUTAGE, THIS",
        "53300, OUTAGE, NONE",
        "40P01, RETRY, NONE",
        "55P03, RETRY, NONE",
        "23505, QUARANTINE, NONE",
        "22P05, QUARANTINE, NONE",
        "54000, QUARANTINE, NONE",
        "0A000, RECONNECT, THIS",
        "26000, RECONNECT, THIS",
        "42703, OUTAGE, NONE",
        "XX001, OUTAGE, THIS",
        "ZZ999, OUTAGE, NONE",
    })
    void aSqlStateSaysWhatToDoAboutTheWorkAndTheConnection(String state, Remedy remedy, Discard discard) {
        assertThat(DatabaseFailure.of(new PgException("words", "ERROR", state, null)))
                .isEqualTo(new DatabaseFailure(remedy, discard));
    }

    @Test
    void aLostConnectionIsAnotherMatterThanADatabaseThatCannotBeReached() {
        assertThat(DatabaseFailure.of(ClosedConnectionException.INSTANCE).remedy())
                .isEqualTo(Remedy.RECONNECT);
        assertThat(DatabaseFailure.of(
                                new NoStackTraceThrowable("Connection is not active now, current status: CLOSING"))
                        .remedy())
                .isEqualTo(Remedy.RECONNECT);
        assertThat(DatabaseFailure.of(new NoConnectionException(new ConnectException("refused")))
                        .remedy())
                .isEqualTo(Remedy.OUTAGE);
        // A proxy without a server behind it takes a connection and closes it.
        assertThat(DatabaseFailure.of(new NoConnectionException(ClosedConnectionException.INSTANCE))
                        .remedy())
                .isEqualTo(Remedy.OUTAGE);
    }

    @Test
    void moreWorkThanConnectionsIsNoOutage() {
        assertThat(DatabaseFailure.isOutage(new ShareFullException("read"))).isFalse();
        assertThat(DatabaseFailure.isOutage(new io.vertx.core.http.ConnectionPoolTooBusyException(
                        "Connection pool reached max wait queue")))
                .isFalse();
        assertThat(DatabaseFailure.isOutage(new IOException("reset"))).isTrue();
    }

    @Test
    void whatIsLoggedQuotesNoValue() {
        assertThat(DatabaseFailure.detail(new PgException("Key (id)=(secret) exists", "ERROR", "23505", null)))
                .isEqualTo("SQLSTATE 23505");
        assertThat(new NoConnectionException(new PgException("user \"x\"", "FATAL", "28P01", null)))
                .hasMessage("no connection to the database: SQLSTATE 28P01");
    }

    @Test
    void theDocsShowTheWholeTable() throws IOException {
        List<String> shown = Files.readAllLines(Path.of("docs/operations.md"));
        assertThat(shown)
                .containsSubsequence(DatabaseFailure.table().stream()
                        .map(DatabaseFailureTest::line)
                        .toList());
    }

    private static String line(Row row) {
        return "| `" + row.state() + "` | " + row.meaning() + " | "
                + row.discard().name().toLowerCase(Locale.ROOT) + " | "
                + row.remedy().name().toLowerCase(Locale.ROOT) + " |";
    }
}
