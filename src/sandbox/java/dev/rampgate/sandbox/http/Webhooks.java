package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.TransactionBook;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Sends every status change to the partner once, best effort (Proof contract, section 5). The webhooks of one transaction are
 * sent in order, one after the other, unless a fault changes that; there are no retries.
 *
 * <p>Its state is confined to the simulator's event loop; the public methods are thread-safe.
 */
public final class Webhooks implements TransactionBook.Listener {

    static final int PENDING_LIMIT = 10_000;
    private static final int JOURNAL_LIMIT = 10_000;
    private static final long ANSWER_TIME_LIMIT_MILLIS = 5_000;

    private record Notice(ProofTransaction transaction, String body) {}

    private final Vertx vertx;
    private final Context context;
    private final HttpClient client;
    private final ProofClock clock;
    private final Faults faults;
    private final boolean atPending;
    private final AtomicReference<String> url;
    private final Journal<SentWebhook> journal = new Journal<>(JOURNAL_LIMIT);
    private final AtomicLong dropped = new AtomicLong();

    private final Map<String, Future<Void>> lastOf = new HashMap<>();
    private final Map<String, Deque<Notice>> reversed = new HashMap<>();
    private final List<Notice> held = new ArrayList<>();
    private final AtomicReference<Consumer<String>> reporter = new AtomicReference<>(trouble -> {});
    private String trouble;
    private int pending;

    Webhooks(Vertx vertx, Context context, ProofClock clock, Faults faults, String url, boolean atPending) {
        this.vertx = vertx;
        this.context = context;
        this.clock = clock;
        this.faults = faults;
        this.url = new AtomicReference<>(url);
        this.atPending = atPending;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(2_000), new PoolOptions().setHttp1MaxSize(50));
    }

    /** Where webhooks go from now on; null for a partner that registered no URL. */
    public void url(String newUrl) {
        url.set(newUrl);
    }

    /** What was sent, oldest first. */
    public Journal<SentWebhook> sent() {
        return journal;
    }

    /** How many were never sent because too many were waiting. */
    public long dropped() {
        return dropped.get();
    }

    /** Sends a transaction's present state again, without faults. */
    public void redeliver(ProofTransaction transaction) {
        context.runOnContext(go -> post(new Notice(transaction, Json.text(StatusMessages.webhook(transaction)))));
    }

    /** Sends the webhooks held by {@code hold} and {@code reverse}, the latter newest first. */
    public void release() {
        context.runOnContext(go -> {
            List<Notice> released = List.copyOf(held);
            held.clear();
            released.forEach(this::postWaiting);
            List.copyOf(reversed.keySet()).forEach(this::postReversed);
        });
    }

    @Override
    public void changed(ProofTransaction transaction, boolean opened) {
        // The other partner registered no URL.
        boolean own = transaction.partner() == PartnerAccount.OWN;
        if (own && url.get() != null && (atPending || !opened)) {
            // Decided now, so that a later change of the fault rules does not affect this webhook.
            Fault fault = faults.strike(Place.WEBHOOK, transaction.id(), transaction.status())
                    .orElse(null);
            context.runOnContext(go -> send(transaction, fault));
        }
    }

    private void send(ProofTransaction transaction, Fault fault) {
        ObjectNode message = StatusMessages.webhook(transaction);
        if (fault instanceof Fault.ShiftTime shift) {
            message.put(
                    "updated_at",
                    transaction.updatedAt().plusMillis(shift.millis()).toString());
        } else if (fault instanceof Fault.UnknownStatus unknown) {
            message.put("status", unknown.status());
        }
        Notice notice = new Notice(transaction, fault instanceof Fault.Garbage ? "<<<not JSON" : Json.text(message));
        if (fault instanceof Fault.Lose) {
            return;
        }
        if (fault instanceof Fault.Reverse || reversed.containsKey(transaction.id())) {
            if (reserve()) {
                reversed.computeIfAbsent(transaction.id(), id -> new ArrayDeque<>())
                        .addFirst(notice);
            }
            if (transaction.isTerminal()) {
                postReversed(transaction.id());
            }
        } else if (fault instanceof Fault.Hold) {
            if (reserve()) {
                held.add(notice);
            }
        } else if (fault instanceof Fault.Delay delay) {
            if (reserve()) {
                vertx.setTimer(
                        Math.max(1, delay.millis()), timer -> deliver(notice).onComplete(sent -> pending--));
            }
        } else {
            post(notice);
            if (fault instanceof Fault.Twice) {
                post(notice);
            }
        }
    }

    private void postReversed(String transactionId) {
        Deque<Notice> newestFirst = reversed.remove(transactionId);
        if (newestFirst != null) {
            newestFirst.forEach(this::postWaiting);
        }
    }

    private void post(Notice notice) {
        if (reserve()) {
            postWaiting(notice);
        }
    }

    /** Reserves a place for one more webhook; counts it as dropped if there is none. */
    private boolean reserve() {
        if (pending >= PENDING_LIMIT) {
            dropped.incrementAndGet();
            return false;
        }
        pending++;
        return true;
    }

    private void postWaiting(Notice notice) {
        String id = notice.transaction().id();
        Future<Void> after = lastOf.getOrDefault(id, Future.succeededFuture());
        Future<Void> delivery = after.compose(done -> deliver(notice));
        lastOf.put(id, delivery);
        delivery.onComplete(sent -> {
            pending--;
            lastOf.remove(id, delivery);
        });
    }

    /** Never fails; the journal records the result. */
    private Future<Void> deliver(Notice notice) {
        String target = url.get();
        if (target == null) {
            return Future.succeededFuture();
        }
        RequestOptions request = new RequestOptions()
                .setAbsoluteURI(target)
                .setMethod(HttpMethod.POST)
                .setTimeout(ANSWER_TIME_LIMIT_MILLIS)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return client.request(request)
                .compose(open -> open.send(notice.body()))
                .compose(answer -> answer.end().map(answer))
                .map(HttpClientResponse::statusCode)
                .map(status -> journaled(notice, status, null))
                .otherwise(failure -> journaled(notice, 0, reason(failure)))
                .map(sent -> {
                    reportTrouble(target, sent);
                    return null;
                });
    }

    private SentWebhook journaled(Notice notice, int status, String reason) {
        ProofTransaction transaction = notice.transaction();
        SentWebhook sent = new SentWebhook(
                transaction.id(), transaction.status(), clock.unskewed(), notice.body(), status, reason);
        journal.add(sent);
        return sent;
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** Each kind of trouble once, until a webhook is acknowledged. */
    private void reportTrouble(String target, SentWebhook sent) {
        String next = sent.isAcknowledged()
                ? null
                : "Webhooks to " + WebhookUrl.origin(target) + " are not acknowledged: "
                        + (sent.reason() == null ? "the answer is " + sent.answer() : sent.reason());
        if (next != null && !next.equals(trouble)) {
            reporter.get().accept(next + ". GET /control/webhooks lists them");
        }
        trouble = next;
    }

    /** Who hears of a receiver that does not acknowledge; called on the event loop. */
    public void reportTo(Consumer<String> newReporter) {
        reporter.set(newReporter);
    }
}
