package dev.rampgate.database;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Values as the columns of a statement: one array parameter per column, one element per row, for {@code unnest}.
 *
 * @param <T> what a row is made of
 */
public final class Columns<T> {

    private final Collection<T> rows;
    private final Tuple parameters = Tuple.tuple();

    private Columns(Collection<T> rows) {
        this.rows = rows;
    }

    public static <T> Columns<T> of(Collection<T> rows) {
        return new Columns<>(rows);
    }

    public Columns<T> text(Function<T, String> value) {
        return array(value, String[]::new);
    }

    public Columns<T> time(Function<T, Instant> value) {
        return array(row -> utc(value.apply(row)), OffsetDateTime[]::new);
    }

    public Columns<T> integer(Function<T, Integer> value) {
        return array(value, Integer[]::new);
    }

    public Columns<T> flag(Function<T, Boolean> value) {
        return array(value, Boolean[]::new);
    }

    public <V> Columns<T> array(Function<T, V> value, IntFunction<V[]> array) {
        parameters.addValue(rows.stream().map(value).toArray(array));
        return this;
    }

    /** One value for all rows. */
    public Columns<T> and(Object value) {
        parameters.addValue(value);
        return this;
    }

    public Tuple parameters() {
        return parameters;
    }

    /** A point in time as a parameter. */
    public static OffsetDateTime utc(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** A point in time out of a row; null where it is null. */
    public static Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    /** A duration as a parameter that is multiplied by {@code interval '1 s'}. */
    public static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }

    /** A list of texts as one array parameter. */
    public static String[] texts(Collection<String> texts) {
        return List.copyOf(texts).toArray(String[]::new);
    }
}
