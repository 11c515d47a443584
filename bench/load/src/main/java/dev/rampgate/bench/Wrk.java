package dev.rampgate.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The closed load: wrk sends the next request of a connection when the one before was answered. For throughput only.
 *
 * @param mayRefuse whether a server may refuse requests under load, as it does where it gets hardly any processor time
 */
record Wrk(Path scripts, Path folder, int connections, boolean mayRefuse) {

    private static final Pattern RESULT =
            Pattern.compile("RESULT answered=(\\d+) refused=(\\d+) broken=(\\d+) micros=(\\d+) sent=(\\d+)");

    /**
     * What came of it.
     *
     * @param answered with any status
     * @param refused with a status that is no success
     * @param sent numbers that the script used up
     */
    record Result(long answered, long refused, long broken, double seconds, long sent) {

        /** @throws BenchFailure if nothing was, as may happen while a cold server warms up only */
        double perSecond() {
            if (answered == 0) {
                throw new BenchFailure("nothing was answered in " + seconds + " s");
            }
            return acknowledged() / seconds;
        }

        long acknowledged() {
            return answered - refused;
        }
    }

    /** @throws BenchFailure if any request was refused or broken, unless servers may refuse */
    Result run(String script, int port, Duration time, String... arguments) {
        Result measured = load(script, port, time, arguments);
        if (!mayRefuse && (measured.refused() > 0 || measured.broken() > 0)) {
            throw new BenchFailure("not everything was answered well: " + measured);
        }
        return measured;
    }

    /** The same for a server that is not warm yet, which may refuse some. */
    Result load(String script, int port, Duration time, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + Math.max(1, time.toSeconds()) + "s",
                "--timeout",
                "10s",
                "-s",
                scripts.resolve(script).toString(),
                "http://127.0.0.1:" + port,
                "--"));
        command.addAll(List.of(arguments));
        String printed = Run.quietly(folder, command);
        Matcher result = RESULT.matcher(printed);
        if (!result.find()) {
            throw new BenchFailure("wrk said nothing that can be read:\n" + printed);
        }
        return new Result(
                Long.parseLong(result.group(1)),
                Long.parseLong(result.group(2)),
                Long.parseLong(result.group(3)),
                Long.parseLong(result.group(4)) / 1e6,
                Long.parseLong(result.group(5)));
    }
}
