package dev.rampgate.books;

import dev.rampgate.database.Columns;
import io.vertx.mutiny.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;

/**
 * What one amount revision says of a transaction that has an end.
 *
 * @param transactionId Proof's id
 * @param eventVersion version of the event that showed it; null if there is none
 * @param knownAt when it became known; null if the ledger held it before there were books
 * @param periodAt what says to which day it belongs
 * @param cryptoAmount null if it is unknown or could not be read
 * @param fiatAmount likewise
 * @param occurredAt Proof's time; null if it gave none
 * @param confirmedAt when a poll had first shown the status
 */
record Entry(
        String transactionId,
        Integer eventVersion,
        Instant knownAt,
        Instant periodAt,
        int attempt,
        String status,
        String type,
        String currency,
        String network,
        BigDecimal cryptoAmount,
        String fiatCurrency,
        BigDecimal fiatAmount,
        Instant occurredAt,
        Instant confirmedAt) {

    /** The columns of {@link #of}, of a table that is called so, under names with a prefix. */
    static String columns(String table, String prefix) {
        return """
                %1$s.event_version AS %2$sevent_version,
                nullif(%1$s.known_at, '-infinity') AS %2$sknown_at,
                %1$s.period_at AS %2$speriod_at,
                %1$s.attempt AS %2$sattempt,
                %1$s.status AS %2$sstatus,
                %1$s.type AS %2$stype,
                %1$s.currency AS %2$scurrency,
                %1$s.network AS %2$snetwork,
                %1$s.crypto_amount::text AS %2$scrypto_amount,
                %1$s.fiat_currency AS %2$sfiat_currency,
                %1$s.fiat_amount::text AS %2$sfiat_amount,
                %1$s.occurred_at AS %2$soccurred_at,
                %1$s.confirmed_at AS %2$sconfirmed_at
                """.formatted(table, prefix);
    }

    /** Null if the transaction had no end. */
    static Entry of(Row row, String prefix) {
        Instant periodAt = Columns.instant(row, prefix + "period_at");
        return periodAt == null
                ? null
                : new Entry(
                        row.getString("transaction_id"),
                        row.getInteger(prefix + "event_version"),
                        Columns.instant(row, prefix + "known_at"),
                        periodAt,
                        row.getInteger(prefix + "attempt"),
                        row.getString(prefix + "status"),
                        row.getString(prefix + "type"),
                        row.getString(prefix + "currency"),
                        row.getString(prefix + "network"),
                        decimal(row, prefix + "crypto_amount"),
                        row.getString(prefix + "fiat_currency"),
                        decimal(row, prefix + "fiat_amount"),
                        Columns.instant(row, prefix + "occurred_at"),
                        Columns.instant(row, prefix + "confirmed_at"));
    }

    static BigDecimal decimal(Row row, String column) {
        String text = row.getString(column);
        return text == null ? null : new BigDecimal(text);
    }

    Period period() {
        return Period.at(periodAt);
    }

    /** Such as {@code 2026-10-03}. */
    String day() {
        return periodAt.toString().substring(0, "2026-10-03".length());
    }

    /** Whether both count as the same in all sums. */
    boolean sumsUpAs(Entry other) {
        return day().equals(other.day())
                && status.equals(other.status)
                && Objects.equals(type, other.type)
                && Objects.equals(currency, other.currency)
                && Objects.equals(network, other.network)
                && Objects.equals(fiatCurrency, other.fiatCurrency)
                && Objects.equals(cryptoAmount, other.cryptoAmount)
                && Objects.equals(fiatAmount, other.fiatAmount);
    }
}
