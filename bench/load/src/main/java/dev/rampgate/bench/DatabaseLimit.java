package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the database takes without us: pgbench sends the batches that Rampgate sent, word by word, which the log of
 * PostgreSQL tells. Only the archive's ids are new each time, as each webhook has one of its own.
 */
final class DatabaseLimit {

    private static final Pattern LINE = Pattern.compile("^\\S+ \\S+ \\S+ \\[(\\d+)] (\\w+):  (.*)$");
    private static final Pattern EXECUTED = Pattern.compile("^(?:execute [^:]*|statement): (.*)$", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+) = (NULL|'(?:[^']++|'')*+')", Pattern.DOTALL);
    private static final Pattern PLACE = Pattern.compile("\\$(\\d+)");
    private static final Pattern IDS = Pattern.compile("'\\{([^']*)}'::uuid\\[]");
    private static final String PARAMETERS = "parameters: ";
    private static final int MOST_SCRIPTS = 20;

    private final PostgresServer server;
    private final Path folder;

    DatabaseLimit(PostgresServer server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    /**
     * A batch as it was sent.
     *
     * @param webhooks how many it stored
     */
    record Batch(String script, int webhooks) {}

    /** From now on new connections of those that are measured have all that they say written down. */
    void listen(boolean on) {
        server.administer(
                "ALTER ROLE " + PostgresServer.USER + (on ? " SET log_statement = 'all'" : " RESET log_statement"));
    }

    /** The largest batches of webhooks in a log. */
    static List<Batch> batches(Path log) {
        List<Batch> batches = new ArrayList<>();
        Map<String, List<String>> open = new HashMap<>();
        for (Entry entry : entries(log)) {
            List<String> statements = open.computeIfAbsent(entry.session, any -> new ArrayList<>());
            if (entry.kind.equals("DETAIL")
                    && entry.text.regionMatches(true, 0, PARAMETERS, 0, PARAMETERS.length())
                    && !statements.isEmpty()) {
                int last = statements.size() - 1;
                statements.set(last, filled(statements.get(last), entry.text));
                continue;
            }
            Matcher executed = EXECUTED.matcher(entry.text);
            if (!entry.kind.equals("LOG") || !executed.matches()) {
                continue;
            }
            String statement = executed.group(1).strip();
            if (statement.startsWith("BEGIN")) {
                statements.clear();
            }
            statements.add(statement);
            if (statement.startsWith("COMMIT")) {
                batch(statements, batches);
                statements.clear();
            }
        }
        batches.sort(Comparator.comparingInt(Batch::webhooks).reversed());
        return batches.subList(0, Math.min(MOST_SCRIPTS, batches.size()));
    }

    private static void batch(List<String> statements, List<Batch> batches) {
        statements.stream()
                .filter(statement -> statement.contains("INSERT INTO observation") && statement.contains("WEBHOOK"))
                .findFirst()
                .ifPresent(archive -> {
                    int webhooks = archive.split("WEBHOOK", -1).length - 1;
                    String script = String.join(
                            ";\n",
                            statements.stream()
                                    .map(one -> one.equals(archive) ? withNewIds(archive) : one)
                                    .toList());
                    batches.add(new Batch(script + ";\n", webhooks));
                });
    }

    /** As many as there were: the answers of polls may be among the webhooks. */
    private static String withNewIds(String archive) {
        return IDS.matcher(archive)
                .replaceFirst(ids -> Matcher.quoteReplacement("(SELECT array_agg(gen_random_uuid()) FROM generate_series(1, "
                        + ids.group(1).split(",").length + "))::uuid[]"));
    }

    private static String filled(String statement, String parameters) {
        Map<Integer, String> values = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(parameters);
        while (parameter.find()) {
            String value = parameter.group(2);
            boolean moment = value.matches("'\\d{4}-\\d\\d-\\d\\d [0-9:.+-]+'");
            values.put(Integer.parseInt(parameter.group(1)), moment ? value + "::timestamptz" : value);
        }
        return PLACE.matcher(statement)
                .replaceAll(place -> Matcher.quoteReplacement(values.get(Integer.parseInt(place.group(1)))));
    }

    private record Entry(String session, String kind, String text) {}

    private static List<Entry> entries(Path log) {
        try {
            List<Entry> entries = new ArrayList<>();
            String session = "";
            String kind = "";
            StringBuilder text = new StringBuilder();
            for (String line : Files.readAllLines(log)) {
                Matcher start = LINE.matcher(line);
                if (start.matches()) {
                    entries.add(new Entry(session, kind, text.toString()));
                    session = start.group(1);
                    kind = start.group(2);
                    text = new StringBuilder(start.group(3));
                } else {
                    text.append('\n').append(line.startsWith("\t") ? line.substring(1) : line);
                }
            }
            entries.add(new Entry(session, kind, text.toString()));
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Webhooks per second when pgbench repeats these batches over some connections. */
    double run(String database, List<Batch> batches, int clients, Duration time) {
        try {
            List<String> command = new ArrayList<>(List.of(
                    server.program("pgbench").toString(),
                    "-n",
                    "-M",
                    "prepared",
                    "-c",
                    Integer.toString(clients),
                    "-T",
                    Long.toString(Math.max(1, time.toSeconds()))));
            for (int i = 0; i < batches.size(); i++) {
                Path script = folder.resolve("batch-" + i + ".sql");
                Files.writeString(script, batches.get(i).script());
                command.addAll(List.of("-f", script.toString()));
            }
            String printed = Run.quietly(folder, server.environment(database), command);
            Matcher tps = Pattern.compile("tps = ([0-9.]+) \\(without").matcher(printed);
            if (!tps.find()
                    || printed.contains("failed transactions: ") && !printed.contains("failed transactions: 0 ")) {
                throw new BenchFailure("pgbench: " + printed);
            }
            double webhooks =
                    batches.stream().mapToInt(Batch::webhooks).average().orElseThrow();
            return Double.parseDouble(tps.group(1)) * webhooks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
