package dev.rampgate.sandbox.scenario;

import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.fault.Words;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.TransactionLife;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Plays one scenario at a time. Before a new scenario begins, the faults of the previous one are removed, the clock is right
 * again, and transactions develop as configured at the start. Thread-safe.
 */
public final class ScenarioPlayer {

    private final Scenarios scenarios;
    private final Faults faults;
    private final TransactionLife life;
    private final ProofClock clock;
    private final LifeMode usualMode;
    private final double usualFactor;
    private final AtomicReference<Scenario> playing;
    private final AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});

    public ScenarioPlayer(Scenarios scenarios, Faults faults, TransactionLife life, ProofClock clock) {
        this.scenarios = scenarios;
        this.faults = faults;
        this.life = life;
        this.clock = clock;
        this.usualMode = life.mode();
        this.usualFactor = life.factor();
        this.playing = new AtomicReference<>(scenarios.find(Scenarios.CALM).orElseThrow());
    }

    /** The scenarios that can be played by name. */
    public Scenarios scenarios() {
        return scenarios;
    }

    /** The last played scenario, without later changes by the control API. */
    public Scenario playing() {
        return playing.get();
    }

    /** Plays a scenario by name. @throws IllegalArgumentException if it does not exist */
    public Scenario play(String name) {
        return play(scenarios
                .find(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + name
                        + Words.hint(
                                name,
                                scenarios.all().stream().map(Scenario::name).toList()))));
    }

    /** Plays a random scenario; the same seed gives the same scenario and the same random numbers. */
    public Scenario play(long seed) {
        return play(SeededScenario.of(seed));
    }

    public synchronized Scenario play(Scenario scenario) {
        faults.clear();
        Optional.ofNullable(scenario.seed()).ifPresent(seed -> faults.reseed(new Random(seed)));
        Optional<Scenario.Life> change = Optional.ofNullable(scenario.life());
        life.mode(change.map(Scenario.Life::mode).orElse(usualMode));
        life.factor(change.map(Scenario.Life::factor).orElse(usualFactor));
        life.story(scenario.story());
        clock.skew(Duration.ofMillis(scenario.clockSkewMs() == null ? 0 : scenario.clockSkewMs()));
        scenario.faults().forEach(faults::add);
        playing.set(scenario);
        changed.get().run();
        return scenario;
    }

    /** Calls this after each change of the scenario, on the thread that changes it, so it must not block. */
    public void onChange(Runnable listener) {
        changed.set(listener);
    }
}
