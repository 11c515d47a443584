package dev.rampgate.fault;

import dev.rampgate.PackagedRampgate;
import dev.rampgate.ProofAndDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One replica's place: the same ports for every process that lives there, and what all of them printed. */
final class Replica implements AutoCloseable {

    private final Map<String, String> environment;
    private final int port = ProofAndDatabase.freePort();
    private final int managementPort = ProofAndDatabase.freePort();
    private final List<String> logsOfTheDead = new ArrayList<>();
    private PackagedRampgate process;
    private volatile boolean ready;

    Replica(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Starts a process, without waiting for it. */
    synchronized void launch() {
        process = PackagedRampgate.launch(environment, port, managementPort);
    }

    void awaitReady() {
        process.awaitReady();
        ready = true;
    }

    /** Whether a load balancer would send it anything. */
    boolean isReady() {
        return ready;
    }

    /** SIGKILL. */
    void kill() {
        ready = false;
        process.kill();
        bury();
    }

    /** SIGTERM, as a deploy does. */
    void terminate() {
        ready = false;
        process.terminate();
        process.exitCode();
        bury();
    }

    private synchronized void bury() {
        logsOfTheDead.add(process.log());
        process.close();
        process = null;
    }

    String url(String path) {
        return "http://localhost:" + port + path;
    }

    String managementUrl(String path) {
        return "http://localhost:" + managementPort + path;
    }

    /** What all its processes printed. */
    synchronized Stream<String> logs() {
        return Stream.concat(logsOfTheDead.stream(), Stream.ofNullable(process).map(PackagedRampgate::log));
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.close();
        }
    }
}
