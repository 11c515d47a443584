package dev.rampgate.outbox;

import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventRules;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.support.TestEvents;
import dev.rampgate.support.TestObservation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The samples of {@code docs/examples/events.json} and {@code docs/events.md} are what the rules make of these observations. Refresh them with
 * {@code -Devents.refresh}.
 */
class EventSamplesTest {

    private static final Path SAMPLES = Path.of("docs/examples/events.json");
    private static final Path PAGE = Path.of("docs/events.md");
    private static final String REFRESH = "mvn test -Dtest=EventSamplesTest -Devents.refresh";
    private static final Pattern SHOWN =
            Pattern.compile("(<!-- sample ([a-z.]+) -->\n```json\n)(.*?)(\n```\n)", Pattern.DOTALL);
    private static final long EPOCH = 1_777_700_000L;
    private static final Instant START = Instant.parse("2026-05-02T08:00:00.250Z");

    private final ObjectMapper mapper = new ObjectMapper();
    private final EventBodies bodies = TestEvents.bodies();

    @Test
    void theSamplesAreWhatTheRulesMake() throws IOException {
        String now = all().stream().collect(Collectors.joining(",\n", "{\"events\":[\n", "\n]}\n"));
        if (isRefreshed()) {
            Files.writeString(SAMPLES, now);
        }
        assertThat(Files.readString(SAMPLES))
                .as("Events have changed: refresh %s by `%s` and commit it", SAMPLES, REFRESH)
                .isEqualTo(now);
        assertThat(mapper.readTree(now).findValuesAsText("type"))
                .containsAll(EnumSet.allOf(EventType.class).stream()
                        .map(EventType::wireName)
                        .toList());
    }

    @Test
    void thePageShowsTheSamples() throws IOException {
        String page = Files.readString(PAGE);
        String now = SHOWN.matcher(page)
                .replaceAll(shown -> Matcher.quoteReplacement(
                        shown.group(1) + pretty(webhookBody(shown.group(2))) + shown.group(4)));
        if (isRefreshed()) {
            Files.writeString(PAGE, now);
        }
        assertThat(SHOWN.matcher(page).results()).isNotEmpty();
        assertThat(Files.readString(PAGE))
                .as("Events have changed: refresh %s by `%s` and commit it", PAGE, REFRESH)
                .isEqualTo(now);
    }

    @Test
    void thePageNamesEveryTypeAndEveryField() throws IOException {
        String page = Files.readString(PAGE);

        for (EventType type : EventType.values()) {
            assertThat(page).contains("`" + type.wireName() + "`");
        }
        for (String line : all()) {
            JsonNode data = mapper.readTree(line).get("data");
            data.fieldNames().forEachRemaining(field -> assertThat(page).contains("`" + field + "`"));
        }
    }

    private static boolean isRefreshed() {
        return System.getProperty("events.refresh") != null;
    }

    /** As the feed shows them, a line each. */
    private List<String> all() {
        List<String> all = new ArrayList<>();
        List.of(bought(), revived(), forgotten())
                .forEach(events -> events.forEach(event -> all.add(fed(event, body(event)))));
        // The first one again, after its user was erased.
        Event erased = bought().get(0);
        all.add(fed(erased, bodies.redacted(body(erased))));
        return all;
    }

    private String body(Event event) {
        return bodies.body(event, EPOCH);
    }

    private String fed(Event event, String body) {
        return "{\"id\":\"" + bodies.id(event, EPOCH) + "\"," + body.substring(1);
    }

    private String webhookBody(String type) {
        return List.of(bought(), revived(), forgotten()).stream()
                .flatMap(List::stream)
                .filter(event -> event.type().wireName().equals(type))
                .map(this::body)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no sample of " + type));
    }

    private String pretty(String json) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withSpacesInObjectEntries()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"));
        try {
            return mapper.writer(printer)
                    .writeValueAsString(mapper.readTree(json))
                    .replace("\" : ", "\": ");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Paid at the second try, completed, and then contradicted. */
    private static List<Event> bought() {
        return new Told("5f0c2c1e-9a57-4c0f-8d7f-1b0e7c523d01")
                .observe(order("order-1001"))
                .after(20)
                .observe(poll(Status.PROCESSING, at(19)))
                .after(5)
                .observe(poll(Status.PROCESSING, at(22)).with("42.60", "40.15"))
                .after(20)
                .observe(poll(Status.FAILED, at(44)))
                .after(20)
                .observe(poll(Status.PENDING, at(63)))
                .after(60)
                .observe(poll(Status.COMPLETED, at(124)))
                .after(60)
                .observe(poll(Status.FAILED, at(180)))
                .events();
    }

    /** Cancelled and settled, and then paid after all. */
    private static List<Event> revived() {
        return new Told("5f0c2c1e-9a57-4c0f-8d7f-1b0e7c523d02")
                .observe(order("order-1002"))
                .after(30)
                .observe(poll(Status.CANCELLED, at(29)))
                .after(Duration.ofDays(2).toSeconds())
                .observe(poll(Status.CANCELLED, at(29)))
                .after(60)
                .observe(poll(Status.PROCESSING, at(172_880)))
                .events();
    }

    /** Opened, and never paid. */
    private static List<Event> forgotten() {
        return new Told("5f0c2c1e-9a57-4c0f-8d7f-1b0e7c523d03")
                .observe(order("order-1003"))
                .after(5)
                .observe(poll(Status.PENDING, at(0)))
                .after(Duration.ofDays(8).toSeconds())
                .observe(poll(Status.PENDING, at(0)))
                .events();
    }

    private static TestObservation order(String reference) {
        TransactionDetails details = session()
                .details()
                .with(
                        new OwnReference(reference, OwnReference.Source.CALLER, Map.of("cart", "7")),
                        "0x52908400098527886E0F7030069857D2E4169EE7");
        return session().with(details);
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    /** One transaction under the rules, observation by observation. */
    private static final class Told {

        private final LedgerRules rules = new LedgerRules(Duration.ofSeconds(30));
        private final List<Event> events = new ArrayList<>();
        private final String id;
        private TransactionRecord record;
        private Instant now = START;

        Told(String id) {
            this.id = id;
        }

        Told after(long seconds) {
            now = now.plusSeconds(seconds);
            return this;
        }

        Told observe(TestObservation one) {
            Observation observation = one.received(id, now);
            Optional<TransactionRecord> before = Optional.ofNullable(record);
            EventRules.Step step = EventRules.of(before, observation, rules.decide(before, observation, now), now);
            record = step.record();
            events.addAll(step.events());
            return this;
        }

        List<Event> events() {
            return events;
        }
    }
}
