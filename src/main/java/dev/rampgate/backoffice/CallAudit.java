package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.AuditEntry;
import dev.rampgate.backoffice.audit.AuditKeys;
import dev.rampgate.backoffice.audit.AuditStore;
import dev.rampgate.backoffice.audit.CountedCalls;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.eventloop.SteadyClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Writes calls to the audit. As a listener it writes those whose route says so before they begin, and counts refused ones; routes that
 * change the database ask for a step that they run in the transaction of the change.
 */
@ApplicationScoped
public class CallAudit implements OperatorCallListener {

    private static final Logger LOG = Logger.getLogger(CallAudit.class);

    private static final String WRITTEN = "rampgate.audited";
    private static final String ANY = "any";
    private static final String OTHER = "other";
    private static final String USER = "user_id";

    /** Fields of forms that are no data: the session's secret, and an actor's token. */
    private static final Set<String> SECRETS = Set.of("csrf", "token");

    /** What pages of the console send when they ask for themselves again. */
    private static final String BY_ITSELF = "Rampgate-Refresh";

    /** A page that asks for itself again leaves an entry at most so often. */
    private static final Duration AGAIN = Duration.ofMinutes(5);

    private static final int MOST_REMEMBERED = 1_000;

    /** Most values of one call; how many more there were stands in the entry. */
    private static final int MOST_VALUES = 40;

    private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}Z");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");

    /** Parameters that calls have, and which of their values are words of ours that say nothing about a user. All others are hashed. */
    private static final Map<String, Pattern> PARAMETERS = Map.ofEntries(
            Map.entry("id", Pattern.compile("(?!)")),
            Map.entry("reference", Pattern.compile("(?!)")),
            Map.entry(USER, Pattern.compile("(?!)")),
            Map.entry("about", Pattern.compile("(?!)")),
            Map.entry("transaction", Pattern.compile("(?!)")),
            Map.entry("actor", Pattern.compile("(?!)")),
            Map.entry("action", Pattern.compile("(?!)")),
            Map.entry("endpoint", Pattern.compile("(?!)")),
            Map.entry("currency", Pattern.compile("(?!)")),
            Map.entry("network", Pattern.compile("(?!)")),
            Map.entry("status", Pattern.compile("pending|processing|completed|failed|cancelled")),
            Map.entry("reported", Pattern.compile("pending|processing|completed|failed|cancelled")),
            Map.entry("type", Pattern.compile("buy|sell")),
            Map.entry("settled", Pattern.compile("true|false")),
            Map.entry("alarm", Pattern.compile("completed_contradicted|unknown_status|amount_unreadable")),
            Map.entry("state", Pattern.compile("pending|parked|delivered")),
            Map.entry("format", Pattern.compile("csv|ndjson|json")),
            Map.entry("limit", NUMBER),
            Map.entry("wait", Pattern.compile("[0-9]{1,3}s")),
            Map.entry("created_from", TIME),
            Map.entry("created_to", TIME),
            Map.entry("from", TIME),
            Map.entry("to", TIME));

    private final AuditStore store;
    private final AuditKeys keys;
    private final CountedCalls counted;
    private final ActorAuthentication authentication;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Map<AuditEntry, Instant> listed = new LinkedHashMap<>();

    CallAudit(
            AuditStore store,
            AuditKeys keys,
            CountedCalls counted,
            ActorAuthentication authentication,
            InstantSource clock,
            MeterRegistry meters) {
        this.clock = new SteadyClock(clock);
        this.authentication = authentication;
        this.store = store;
        this.keys = keys;
        this.counted = counted;
        this.meters = meters;
    }

    /** Not fatal: who tries the back office needs no key. */
    void warn(@Observes ManagementInterface management) {
        if (keys.areRandom() && !authentication.isOff()) {
            LOG.warn(
                    "rampgate.operate.audit.keys (RAMPGATE_OPERATE_AUDIT_KEYS) is not set: users and search values are hashed in the audit by a"
                            + " random key of this process, so that its entries about a user cannot be found. Set one made by openssl rand -hex 32,"
                            + " the same at all replicas");
        }
    }

    // --- for routes that change the database

    /** The step that writes the call, about something whose name is no secret: an endpoint or a brake that exists. */
    public TransactionStep of(OperatorCall call, String name) {
        return of(call, name, new JsonObject());
    }

    /**
     * The same with details.
     *
     * @param details no personal data; what callers name must be {@link #hash hashed}
     */
    public TransactionStep of(OperatorCall call, String name, JsonObject details) {
        return step(call, entry(call, AuditEntry.DONE).about(name).with(details));
    }

    /** The step that writes the call about a transaction, which the ledger may not know. */
    public TransactionStep ofTransaction(OperatorCall call, String transactionId, JsonObject details) {
        return step(
                call,
                entry(call, AuditEntry.DONE)
                        .aboutTransaction(transactionId, keys.hash(transactionId))
                        .with(details));
    }

    /** The step that writes the call about a user. */
    public TransactionStep ofUser(OperatorCall call, String userId) {
        return of(call, "", new JsonObject().put(USER, new JsonArray().add(keys.hash(userId))));
    }

    /**
     * Writes the call before it begins, if it changes nothing in the database but is worth more details than a listener knows.
     *
     * @param details as for {@link #of}
     */
    public Uni<Void> before(OperatorCall call, String name, JsonObject details) {
        AuditEntry entry = entry(call, AuditEntry.BEGUN).about(name).with(details);
        return store.write(entry).invoke(() -> written(call, entry));
    }

    /** What a value stands for in the audit. */
    public String hash(String value) {
        return keys.hash(value);
    }

    private TransactionStep step(OperatorCall call, AuditEntry entry) {
        return connection -> store.write(connection, entry).invoke(() -> written(call, entry));
    }

    private void written(OperatorCall call, AuditEntry entry) {
        call.routing().put(WRITTEN, true);
        count(entry.result());
    }

    private void count(String result) {
        Counter.builder("rampgate.audit.entries")
                .description("Entries that this replica wrote to the audit for calls that were allowed")
                .tag("result", result)
                .register(meters)
                .increment();
    }

    // --- for all calls

    @Override
    public Uni<Void> beginning(OperatorCall call) {
        Audited audited = call.route().audited();
        if (audited == Audited.WITH_ACTION) {
            return Uni.createFrom().voidItem();
        }
        if (audited == Audited.SOON) {
            counted.count(
                    call.actor().name(),
                    call.actor().role().wireName(),
                    call.route().action(),
                    AuditEntry.DONE);
            return Uni.createFrom().voidItem();
        }
        if (audited == Audited.COUNTED
                || audited == Audited.BEFORE_UNLESS_SERVICE && call.actor().role() == Role.SERVICE) {
            return unlisted(call);
        }
        AuditEntry entry = described(call);
        boolean byItself = call.routing().request().getHeader(BY_ITSELF) != null;
        if (byItself && isListed(entry)) {
            return unlisted(call);
        }
        return store.write(entry).invoke(() -> {
            written(call, entry);
            listed(entry);
        });
    }

    private Uni<Void> unlisted(OperatorCall call) {
        Counter.builder("rampgate.audit.unlisted")
                .description("Calls that are counted here instead of having an entry in the audit")
                .tag("action", call.route().action())
                .register(meters)
                .increment();
        return Uni.createFrom().voidItem();
    }

    /** Whether this actor's same call got an entry a short while ago: pages of the console ask for themselves again. */
    private boolean isListed(AuditEntry entry) {
        synchronized (listed) {
            Instant at = listed.get(entry.withoutRequest());
            return at != null && clock.instant().isBefore(at.plus(AGAIN));
        }
    }

    private void listed(AuditEntry entry) {
        synchronized (listed) {
            listed.remove(entry.withoutRequest());
            listed.put(entry.withoutRequest(), clock.instant());
            if (listed.size() > MOST_REMEMBERED) {
                listed.remove(listed.keySet().iterator().next());
            }
        }
    }

    @Override
    public void ended(OperatorCall call, String result) {
        if (result.equals("ok")
                && call.route().audited() == Audited.WITH_ACTION
                && call.routing().get(WRITTEN) == null) {
            LOG.errorf(
                    "Operator's request %s: %s has left no entry in the audit; please report this",
                    call.requestId(), call.route().action());
        }
    }

    @Override
    public void refused(OperatorCall call, String result) {
        counted.count(
                call.actor().name(),
                call.actor().role().wireName(),
                call.route().action(),
                result);
    }

    @Override
    public void unknown(RoutingContext routing, String result) {
        counted.count("", "", ANY, result);
    }

    private static AuditEntry entry(OperatorCall call, String result) {
        return AuditEntry.of(
                call.actor().name(),
                call.actor().role().wireName(),
                call.route().action(),
                result,
                call.requestId());
    }

    private AuditEntry described(OperatorCall call) {
        AuditEntry entry = entry(call, AuditEntry.BEGUN).with(parameters(call));
        Map<String, String> parts = call.routing().pathParams();
        // Names that callers wrote and nothing has checked yet.
        return parts.size() == 1
                ? entry.aboutTransaction(
                        parts.values().iterator().next(),
                        keys.hash(parts.values().iterator().next()))
                : entry;
    }

    private JsonObject parameters(OperatorCall call) {
        JsonObject parameters = new JsonObject();
        int left = MOST_VALUES;
        int more = 0;
        Map<String, List<String>> given = new TreeMap<>();
        call.queryNames().forEach(name -> given.put(name, call.query(name)));
        // Forms of the console; other bodies are JSON.
        MultiMap form = call.routing().request().formAttributes();
        form.names().stream()
                .filter(name -> !SECRETS.contains(name))
                .forEach(name -> given.put(name, form.getAll(name)));
        for (Map.Entry<String, List<String>> parameter : given.entrySet()) {
            String name = parameter.getKey();
            List<String> values = parameter.getValue();
            List<String> shown = values.subList(0, Math.min(values.size(), left));
            left -= shown.size();
            more += values.size() - shown.size();
            if (shown.isEmpty()) {
                continue;
            }
            Pattern harmless = PARAMETERS.get(name);
            String known = harmless == null ? OTHER : name;
            JsonArray array = parameters.getJsonArray(known, new JsonArray());
            shown.forEach(value ->
                    array.add(harmless != null && harmless.matcher(value).matches() ? value : keys.hash(value)));
            parameters.put(known, array);
        }
        if (more > 0) {
            parameters.put("more", more);
        }
        return parameters;
    }
}
