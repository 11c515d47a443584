package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.SearchFilter;
import dev.rampgate.backoffice.console.OverviewPage.Age;
import dev.rampgate.backoffice.console.OverviewPage.Channel;
import dev.rampgate.backoffice.console.OverviewPage.Endpoint;
import dev.rampgate.backoffice.console.OverviewPage.Finding;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The first page: whether users are affected, and by what. It reads this replica's memory alone, so that it answers without a database. */
@ApplicationScoped
class OverviewPages implements ConsolePages {

    private static final Map<String, String> AGES = Map.of(
            "below_15m", "below 15 minutes",
            "15m_to_1h", "15 minutes to 1 hour",
            "1h_to_1d", "1 hour to 1 day",
            "1d_to_7d", "1 to 7 days",
            "over_7d", "over 7 days");

    private static final List<String> AGE_ORDER = List.of("below_15m", "15m_to_1h", "1h_to_1d", "1d_to_7d", "over_7d");

    /** Polls that are later than this delay what users see. */
    private static final double LATE_POLLS_SECONDS = 60;

    private static final double OLD_FIGURES_SECONDS = 120;
    private static final double LATE_DELIVERIES_SECONDS = 300;

    private final Figures figures;

    OverviewPages(Figures figures) {
        this.figures = figures;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(ConsolePage.reading("", "read_overview", Permission.USE_CONSOLE, this::overview)
                .listedAs("Overview", 10)
                .audited(Audited.COUNTED));
    }

    private Uni<PageAnswer> overview(PageCall call) {
        List<Finding> findings = findings();
        return Uni.createFrom()
                .item(PageAnswer.of(new OverviewPage(
                        call.frame("Overview"),
                        verdict(findings),
                        findings,
                        channels(),
                        ages(),
                        endpoints(),
                        alarms(),
                        figures.isOn("rampgate.database.away") ? "away" : "answers",
                        figures.isOn("rampgate.database.away") ? Tone.BAD : Tone.GOOD,
                        whole(backlog()),
                        lasting(figures.gauge("rampgate.figures.age.seconds")),
                        figures.isOn("rampgate.ready") ? "ready" : "not ready")));
    }

    private static Finding verdict(List<Finding> findings) {
        if (findings.stream().anyMatch(finding -> finding.tone().equals(Tone.BAD))) {
            return new Finding(Tone.BAD, "Users are affected", "");
        }
        return findings.isEmpty()
                ? new Finding(Tone.GOOD, "Users are not affected", "This replica knows of no trouble.")
                : new Finding(Tone.WAIT, "Users are not affected now, but something needs attention", "");
    }

    /** What is wrong, and what that means for users; worst first. */
    private List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (figures.isOn("rampgate.database.away")) {
            findings.add(new Finding(
                    Tone.BAD,
                    "The database does not answer",
                    "Users cannot read their orders. Webhooks and new sessions are kept in memory until it is back."));
        }
        if (figures.isOn("rampgate.proof.refusing", "channel", "poll")) {
            findings.add(
                    new Finding(
                            Tone.BAD,
                            "Proof refuses our token or address",
                            "Rampgate cannot read any order at Proof, so users see no changes. Check the client token and the addresses that Proof allows."));
        }
        if (orZero(figures.gauge("rampgate.session.brakes")) > 0) {
            findings.add(new Finding(
                    Tone.BAD,
                    "An operator has stopped sessions",
                    "All new orders, or some, are refused until the brake is released. See the Brakes page."));
        }
        if (figures.isOn("rampgate.proof.breaker.open", "call", "session")) {
            findings.add(new Finding(
                    Tone.BAD,
                    "Proof does not open sessions",
                    "New orders fail. Rampgate tries again from time to time."));
        }
        if (figures.isOn("rampgate.proof.breaker.open", "call", "transaction")) {
            findings.add(new Finding(
                    Tone.BAD,
                    "Proof does not answer polls",
                    "What users see is late. Rampgate tries again from time to time."));
        }
        double lag = Math.max(
                orZero(figures.gauge("rampgate.poll.lag.seconds", "priority", "nudged")),
                orZero(figures.gauge("rampgate.poll.lag.seconds", "priority", "known")));
        if (lag > LATE_POLLS_SECONDS) {
            findings.add(new Finding(
                    Tone.WAIT,
                    "Polls are " + lasting(lag) + " late",
                    "What users see may be that old, unless a webhook or a socket was faster."));
        }
        if (figures.isOn("rampgate.proof.refusing", "channel", "socket")) {
            findings.add(new Finding(
                    Tone.WAIT, "Proof refuses our sockets", "Changes arrive by polls alone, some seconds later."));
        }
        endpoints().stream()
                .filter(endpoint -> !endpoint.tone().equals(Tone.GOOD))
                .forEach(endpoint -> findings.add(new Finding(
                        Tone.WAIT,
                        "Endpoint " + endpoint.name() + ": " + endpoint.state(),
                        "Your system behind it gets its events late.")));
        if (orZero(figures.gauge("rampgate.figures.age.seconds")) > OLD_FIGURES_SECONDS
                && !figures.isOn("rampgate.database.away")) {
            findings.add(new Finding(Tone.WAIT, "The figures of this page are old", "They are read every 15 seconds."));
        }
        return findings;
    }

    private List<Channel> channels() {
        boolean pollsRefused = figures.isOn("rampgate.proof.refusing", "channel", "poll");
        boolean socketsRefused = figures.isOn("rampgate.proof.refusing", "channel", "socket");
        boolean noSocket = orZero(figures.gauge("rampgate.sockets", "state", "attached")) > 0
                && orZero(figures.gauge("rampgate.sockets", "state", "healthy")) == 0;
        boolean noPolls = figures.isOn("rampgate.proof.breaker.open", "call", "transaction");
        return List.of(
                new Channel(
                        "Polls",
                        pollsRefused ? "refused" : noPolls ? "no answer" : "working",
                        pollsRefused || noPolls ? Tone.BAD : Tone.GOOD,
                        whole(figures.counted("rampgate.polls", "result", "ok")) + " answered here, "
                                + whole(sum(figures.gauges("rampgate.poll.due", "priority"))) + " due",
                        "first due " + lasting(figures.gauge("rampgate.poll.lag.seconds", "priority", "known"))
                                + " ago"),
                new Channel(
                        "Webhooks",
                        "listening",
                        Tone.GOOD,
                        whole(figures.counted("rampgate.webhooks", "result", "taken")) + " taken here",
                        whole(figures.counted("rampgate.webhooks", "result", "refused")) + " refused"),
                new Channel(
                        "Sockets",
                        socketsRefused ? "refused" : noSocket ? "none connected" : "working",
                        socketsRefused || noSocket ? Tone.WAIT : Tone.GOOD,
                        whole(figures.gauge("rampgate.sockets", "state", "healthy")) + " connected here",
                        whole(figures.gauge("rampgate.sockets", "state", "attached")) + " followed"));
    }

    private List<Age> ages() {
        List<Age> ages = new ArrayList<>();
        for (String age : AGE_ORDER) {
            ages.add(new Age(
                    AGES.get(age),
                    whole(figures.gauge("rampgate.transactions.in.flight", "status", "pending", "age", age)),
                    whole(figures.gauge("rampgate.transactions.in.flight", "status", "processing", "age", age))));
        }
        return ages;
    }

    private List<Endpoint> endpoints() {
        Map<String, Double> ages = figures.gauges("rampgate.outbox.delivery.age.seconds", "endpoint");
        List<Endpoint> endpoints = new ArrayList<>();
        ages.forEach((name, age) -> {
            double parked = orZero(figures.gauge("rampgate.outbox.delivery.parked", "endpoint", name));
            boolean paused = figures.isOn("rampgate.outbox.endpoint.paused", "endpoint", name);
            boolean fails = figures.isOn("rampgate.outbox.endpoint.circuit.open", "endpoint", name);
            boolean late = orZero(age) > LATE_DELIVERIES_SECONDS;
            String state =
                    paused ? "paused" : fails ? "fails" : parked > 0 ? "has parked events" : late ? "late" : "flowing";
            endpoints.add(new Endpoint(
                    name,
                    state,
                    state.equals("flowing") ? Tone.GOOD : fails ? Tone.BAD : Tone.WAIT,
                    lasting(age),
                    whole(parked)));
        });
        return endpoints;
    }

    private List<OverviewPage.Alarm> alarms() {
        List<OverviewPage.Alarm> alarms = new ArrayList<>();
        figures.counters("rampgate.alarms", "alarm").forEach((alarm, count) -> {
            if (count > 0) {
                alarms.add(new OverviewPage.Alarm(
                        alarm, alarm.replace('_', ' '), whole(count), SearchFilter.ALARMS.contains(alarm)));
            }
        });
        return alarms;
    }

    private double backlog() {
        return sum(figures.gauges("rampgate.backlog", "what"));
    }

    private static double sum(Map<String, Double> values) {
        return values.values().stream().mapToDouble(OverviewPages::orZero).sum();
    }

    private static double orZero(Double value) {
        return value == null || value.isNaN() ? 0 : value;
    }

    private static String whole(double value) {
        return Double.isNaN(value) ? "?" : String.format(java.util.Locale.ENGLISH, "%,d", Math.round(value));
    }

    private static String lasting(Double seconds) {
        return seconds == null || seconds.isNaN() ? "?" : Moment.lasting(Duration.ofMillis((long) (seconds * 1_000)));
    }
}
