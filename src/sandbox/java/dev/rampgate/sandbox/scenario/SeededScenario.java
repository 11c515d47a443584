package dev.rampgate.sandbox.scenario;

import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.StoryStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Generates a scenario from a seed: faults with rates, possibly a wrong clock, and a story. The same seed gives the same scenario. */
final class SeededScenario {

    private static final List<FaultRule> PALETTE = List.of(
            rule(Place.WEBHOOK, new Fault.Lose()),
            rule(Place.WEBHOOK, new Fault.Twice()),
            rule(Place.WEBHOOK, new Fault.Delay(5_000)),
            rule(Place.WEBHOOK, new Fault.Reverse()),
            rule(Place.WEBHOOK, new Fault.ShiftTime(-60_000)),
            rule(Place.WEBHOOK, new Fault.Garbage()),
            rule(Place.SOCKET_UPGRADE, Fault.Status.of(503)),
            rule(Place.SOCKET_FRAME, new Fault.Cut()),
            rule(Place.SOCKET_FRAME, new Fault.Silence()),
            rule(Place.SOCKET_FRAME, new Fault.Twice()),
            rule(Place.SOCKET_FRAME, new Fault.Lose()),
            rule(Place.SOCKET_FRAME, new Fault.Fragment()),
            rule(Place.TRANSACTION_CALL, Fault.Status.of(500)),
            rule(Place.TRANSACTION_CALL, Fault.Status.of(502)),
            rule(Place.TRANSACTION_CALL, new Fault.Status(502, null, "upstream_unavailable", null, null)),
            rule(Place.TRANSACTION_CALL, new Fault.Status(429, null, null, 2, null)),
            rule(Place.TRANSACTION_CALL, new Fault.Hang()),
            rule(Place.TRANSACTION_CALL, new Fault.Slow(3_000)),
            rule(Place.TRANSACTION_CALL, new Fault.Cut()),
            rule(Place.TRANSACTION_CALL, new Fault.Garbage()),
            rule(Place.TRANSACTION_CALL, new Fault.UnknownStatus(null)),
            rule(Place.SESSION_CALL, Fault.Status.of(500)),
            rule(Place.SESSION_CALL, new Fault.Status(502, null, "upstream_invalid_response", null, null)),
            rule(Place.SESSION_CALL, new Fault.Slow(2_000)));

    private static final List<List<StoryStep>> STORIES = List.of(
            List.of(),
            List.of(step(Action.PAY, 20_000), step(Action.COMPLETE, 40_000)),
            List.of(
                    step(Action.PAY, 10_000),
                    step(Action.FAIL, 20_000),
                    step(Action.RETRY, 30_000),
                    step(Action.COMPLETE, 30_000)),
            List.of(step(Action.COMPLETE, 30_000)),
            List.of(step(Action.CANCEL, 20_000)),
            List.of(step(Action.FAIL, 20_000)));

    private SeededScenario() {}

    static Scenario of(long seed) {
        Random random = new Random(seed);
        List<FaultRule> drawn = new ArrayList<>(PALETTE);
        Collections.shuffle(drawn, random);
        int count = 3 + random.nextInt(4);
        List<FaultRule> faults = new ArrayList<>();
        for (FaultRule rule : drawn.subList(0, count)) {
            faults.add(rule.rate((1 + random.nextInt(8)) / 20.0));
        }
        Long skew = random.nextInt(3) == 0 ? (random.nextInt(21) - 10) * 60_000L : null;
        List<StoryStep> story = STORIES.get(random.nextInt(STORIES.size()));
        return new Scenario(
                "seed-" + Long.toUnsignedString(seed), "Generated from a seed.", seed, null, skew, faults, story);
    }

    private static FaultRule rule(Place place, Fault fault) {
        return FaultRule.always(place, fault);
    }

    private static StoryStep step(Action action, long afterMs) {
        return new StoryStep(action, afterMs);
    }
}
