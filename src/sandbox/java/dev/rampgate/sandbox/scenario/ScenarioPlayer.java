package dev.rampgate.sandbox.scenario;

import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.TransactionLife;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where one scenario is played at a time. A new one ends the one before: its faults go, the clock is right again, and
 * life is as the simulator was started, before the new one begins. May be called from anywhere.
 */
public final class ScenarioPlayer {

    private final Scenarios scenarios;
    private final Faults faults;
    private final TransactionLife life;
    private final ProofClock clock;
    private final LifeMode usualMode;
    private final double usualFactor;
    private final AtomicReference<Scenario> playing;

    public ScenarioPlayer(Scenarios scenarios, Faults faults, TransactionLife life, ProofClock clock) {
        this.scenarios = scenarios;
        this.faults = faults;
        this.life = life;
        this.clock = clock;
        this.usualMode = life.mode();
        this.usualFactor = life.factor();
        this.playing = new AtomicReference<>(scenarios.find(Scenarios.CALM).orElseThrow());
    }

    /** The scenarios that have a name. */
    public Scenarios scenarios() {
        return scenarios;
    }

    /** The last one played; what was switched by hand since then is not in it. */
    public Scenario playing() {
        return playing.get();
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public Scenario play(String name) {
        return play(
                scenarios.find(name).orElseThrow(() -> new IllegalArgumentException("there is no scenario " + name)));
    }

    /** Plays what is drawn from a number: the same number, the same scenario and the same chance. */
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
        return scenario;
    }
}
