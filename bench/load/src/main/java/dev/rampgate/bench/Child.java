package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of ours with all that it started: told apart by process id alone, and ended at the latest when we end. */
final class Child implements AutoCloseable {

    private static final Set<Child> ALL = ConcurrentHashMap.newKeySet();
    private static final long PATIENCE_SECONDS = 10;

    private final String name;
    private final boolean jvm;
    private final Process process;
    private final Path log;
    private final String endSignal;

    private Child(String name, boolean jvm, Process process, Path log, String endSignal) {
        this.name = name;
        this.jvm = jvm;
        this.process = process;
        this.log = log;
        this.endSignal = endSignal;
    }

    /** Starts it; what it prints goes to a file of its name in the folder. */
    static Child start(String name, Path logs, Map<String, String> environment, List<String> command) {
        return start(name, logs, environment, command, "TERM");
    }

    static Child start(
            String name, Path logs, Map<String, String> environment, List<String> command, String endSignal) {
        try {
            Path log = logs.resolve(name + ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(logs.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment()
                    .keySet()
                    .removeIf(key -> key.startsWith("RAMPGATE_") || key.startsWith("QUARKUS_") || key.startsWith("PG"));
            builder.environment().putAll(environment);
            Child child = new Child(name, command.get(0).equals("java"), builder.start(), log, endSignal);
            ALL.add(child);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all of them, the last started first does not matter: each is told, then each is waited for. */
    static void endAll() {
        ALL.forEach(child -> child.signal(child.endSignal));
        ALL.forEach(Child::close);
    }

    /** Whether it compiles while it runs. */
    boolean isJvm() {
        return jvm;
    }

    /** @throws BenchFailure if it has ended by itself */
    void mustBeAlive() {
        if (!process.isAlive()) {
            throw new BenchFailure(name + " has ended by itself with " + process.exitValue() + ":\n" + tail());
        }
    }

    /** Processor time of it and all that it started, in seconds. */
    double processorSeconds() {
        return family().mapToDouble(Child::processorSeconds).sum();
    }

    /** Memory that it really takes with all that it started, in bytes. */
    long residentBytes() {
        return family().mapToLong(Child::residentBytes).sum();
    }

    long pid() {
        return process.pid();
    }

    String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException unreadable) {
            return "(no log)";
        }
    }

    Path log() {
        return log;
    }

    @Override
    public void close() {
        signal(endSignal);
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                family().forEach(ProcessHandle::destroyForcibly);
                process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ALL.remove(this);
    }

    private Stream<ProcessHandle> family() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    private void signal(String signal) {
        if (process.isAlive()) {
            try {
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static double processorSeconds(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0; // clock ticks
        } catch (IOException gone) {
            return 0;
        }
    }

    private static long residentBytes(ProcessHandle process) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .sum();
        } catch (IOException gone) {
            return 0;
        }
    }
}
