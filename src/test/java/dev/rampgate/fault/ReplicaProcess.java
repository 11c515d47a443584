package dev.rampgate.fault;

import static io.restassured.RestAssured.given;

import dev.rampgate.packaged.PackagedRampgate;
import dev.rampgate.support.ProofAndDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One replica of the packaged artifact. It keeps its ports and its logs when its process is killed and started again. */
final class ReplicaProcess implements AutoCloseable {

    private final Map<String, String> environment;
    private final int port = ProofAndDatabase.freePort();
    private final int managementPort = ProofAndDatabase.freePort();
    private final List<String> logsOfTheDead = new ArrayList<>();
    private PackagedRampgate process;
    private volatile boolean ready;
    /** Another build's artifact; null for this one's. */
    private Path application;

    ReplicaProcess(Map<String, String> environment) {
        this.environment = new HashMap<>(environment);
    }

    /** From its next launch on it is another build's artifact; null for this build's again. */
    synchronized void becomes(Path otherApplication) {
        application = otherApplication;
    }

    /** From its next launch on it has these settings, too. */
    synchronized void with(Map<String, String> settings) {
        environment.putAll(settings);
    }

    /** Starts a process, without waiting for it. */
    synchronized void launch() {
        process = application == null
                ? PackagedRampgate.launch(environment, port, managementPort)
                : PackagedRampgate.launchOther(application, environment, port, managementPort);
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

    /** SIGTERM, as a deploy does, and its end. */
    void terminate() {
        leaveEndpoints();
        beginToEnd();
        awaitEnd();
    }

    /** SIGTERM. Load balancers do not know of it yet. */
    void beginToEnd() {
        process.terminate();
    }

    /** Whether it calls itself ready. */
    boolean saysReady() {
        return process.isReady();
    }

    /** No load balancer sends it anything more. */
    void leaveEndpoints() {
        ready = false;
    }

    /** Waits until it has ended by itself; the exit code. */
    int awaitEnd() {
        int code = process.exitCode();
        bury();
        return code;
    }

    private synchronized void bury() {
        logsOfTheDead.add(process.log());
        process.close();
        process = null;
    }

    /** Of its present process. */
    synchronized long pid() {
        return process.pid();
    }

    String url(String path) {
        return "http://localhost:" + port + path;
    }

    String managementUrl(String path) {
        return "http://localhost:" + managementPort + path;
    }

    /** The lines of its metrics that begin so. */
    Stream<String> metrics(String beginning) {
        return given().get(managementUrl("/q/metrics")).asString().lines().filter(line -> line.startsWith(beginning));
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
