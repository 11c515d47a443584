package dev.rampgate.backoffice;

import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.EventFeed;
import dev.rampgate.outbox.EventFeed.NoPageException;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.LongPoll;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code GET /operate/events} asks for, and answers a page of the feed. */
@ApplicationScoped
class EventFeedRoute implements OperatorRoutes {

    private static final int USUAL_LIMIT = 100;
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,3})s");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final EventFeed feed;

    EventFeedRoute(EventFeed feed) {
        this.feed = feed;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(OperatorRoute.reading("/operate/events", "read_events", Permission.READ_EVENTS, this::page)
                .audited(Audited.BEFORE_UNLESS_SERVICE)
                .taking("after", "limit", "types", "wait"));
    }

    private Uni<OperatorAnswer> page(OperatorCall call) {
        return feed.read(request(call))
                .map(page -> OperatorAnswer.json(page.json()))
                .onFailure(NoPageException.class)
                .transform(failure -> refusal(failure.reason()));
    }

    private static EventFeed.Request request(OperatorCall call) {
        List<FieldError> errors = new ArrayList<>();
        EventFeed.Request request = new EventFeed.Request(
                parameter(call, "after", errors),
                limit(parameter(call, "limit", errors), errors),
                types(parameter(call, "types", errors), errors),
                wait(parameter(call, "wait", errors), errors));
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(ProblemType.INVALID_REQUEST).withErrors(errors));
        }
        return request;
    }

    private static Optional<String> parameter(OperatorCall call, String name, List<FieldError> errors) {
        List<String> values = call.query(name);
        if (values.size() > 1) {
            errors.add(new FieldError(name, "must be given once"));
        }
        return values.stream().findFirst();
    }

    private static int limit(Optional<String> text, List<FieldError> errors) {
        int limit = text.filter(value -> NUMBER.matcher(value).matches())
                .map(AsciiNumber::toInt)
                .orElse(text.isEmpty() ? USUAL_LIMIT : 0);
        if (limit < 1 || limit > EventFeed.MOST_EVENTS) {
            errors.add(new FieldError("limit", "must be a number from 1 to " + EventFeed.MOST_EVENTS));
        }
        return limit;
    }

    private static List<EventType> types(Optional<String> text, List<FieldError> errors) {
        List<EventType> types = new ArrayList<>();
        if (text.isPresent()) {
            for (String name : Arrays.asList(text.get().split(",", -1))) {
                EventType.of(name)
                        .ifPresentOrElse(
                                types::add,
                                () -> errors.add(new FieldError(
                                        "types",
                                        "must be types of events separated by commas, such as"
                                                + " transaction.completed,transaction.failed")));
            }
        }
        return types;
    }

    private static Duration wait(Optional<String> text, List<FieldError> errors) {
        Matcher seconds = SECONDS.matcher(text.orElse("0s"));
        Duration wait =
                seconds.matches() ? Duration.ofSeconds(AsciiNumber.toLong(seconds.group(1))) : Duration.ofDays(1);
        if (wait.compareTo(LongPoll.LONGEST_WAIT) > 0) {
            errors.add(new FieldError("wait", "must be seconds from 0s to " + LongPoll.LONGEST_WAIT.toSeconds() + "s"));
        }
        return wait;
    }

    private static ProblemException refusal(NoPageException.Reason reason) {
        return new ProblemException(
                switch (reason) {
                    case INVALID ->
                        Problem.of(ProblemType.INVALID_REQUEST)
                                .withErrors(List.of(new FieldError("after", "must be next of an earlier page")));
                    case EXPIRED -> Problem.of(ProblemType.CURSOR_EXPIRED);
                    case LOST -> Problem.of(ProblemType.CURSOR_LOST);
                    case BUSY -> Problem.of(ProblemType.TOO_MANY_REQUESTS).withRetryAfter(TRY_AGAIN);
                });
    }
}
