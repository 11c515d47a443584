package dev.rampgate.session;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Refuses requests that the company's own settings forbid, before Proof is called (Proof contract, section 9, G3 and G12). A
 * wrong setting fails startup.
 */
@Startup
@ApplicationScoped
public class SessionPolicy {

    private static final String PAIRS = "rampgate.session.pairs";
    private static final String AMOUNTS = "rampgate.session.amount-ranges";
    private static final Pattern PAIR =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,31})/([A-Za-z0-9][A-Za-z0-9._-]{0,31})");

    /** What the hosted page adds to the query of the address by which it returns. */
    private static final Set<String> ADDED_BY_THE_PAGE = Set.of("merchant_transaction_id", "status");

    private final Optional<Set<Pair>> pairs;
    private final Map<Pair, AmountRange> amounts;
    private final boolean sell;
    private final RedirectOrigins redirects;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    SessionPolicy(SessionSettings settings) {
        this.pairs = settings.pairs().map(SessionPolicy::pairs);
        this.amounts = amounts(settings.amountRanges().orElse(List.of()));
        this.sell = settings.sell();
        this.redirects = RedirectOrigins.of(settings.redirectOrigins().orElse(List.of()));
        amounts.keySet().forEach(this::mustBeOffered);
    }

    /**
     * Passes requests that the settings allow.
     *
     * @param request a valid one
     * @throws ProblemException otherwise
     */
    public void check(SessionRequest request) {
        Pair pair = new Pair(request.currency(), request.network());
        if (pairs.isPresent() && !pairs.get().contains(pair)) {
            boolean elsewhere = pairs.get().stream().anyMatch(other -> other.currency.equals(pair.currency));
            ProblemType type = elsewhere ? ProblemType.WALLET_NOT_SUPPORTED : ProblemType.CURRENCY_NOT_ALLOWED;
            throw pairs.get().stream()
                    .filter(other -> other.toString().equalsIgnoreCase(pair.toString()))
                    .findFirst()
                    .map(meant -> new ProblemException(type, "Letter case counts: " + meant + " is available"))
                    .orElseGet(() -> new ProblemException(type));
        }
        if ("sell".equals(request.type()) && !sell) {
            throw new ProblemException(ProblemType.SELL_NOT_OFFERED);
        }
        AmountRange range = amounts.get(pair);
        if (range != null && !range.contains(request.amount())) {
            throw new ProblemException(Problem.of(ProblemType.INVALID_REQUEST)
                    .withErrors(List.of(new FieldError("amount", range.rule()))));
        }
        if (request.redirectUrl() != null && !redirects.allow(request.redirectUrl())) {
            throw new ProblemException(
                    ProblemType.REDIRECT_NOT_ALLOWED, "rampgate.session.redirect-origins does not list its origin");
        }
    }

    /**
     * Passes requests whose {@code redirect_url} the hosted page can return to. It adds two parameters; with a second one of the
     * same name, an app would read the wrong one.
     *
     * @param request one that {@link #check} passes
     * @throws ProblemException 400, naming the field, otherwise
     */
    void checkHandOff(SessionRequest request) {
        if (request.redirectUrl() != null && hasWhatThePageAdds(request.redirectUrl())) {
            throw new ProblemException(Problem.of(ProblemType.INVALID_REQUEST)
                    .withErrors(List.of(new FieldError(
                            "redirect_url",
                            "must not have a parameter merchant_transaction_id or status, which the page adds"))));
        }
    }

    /** Names count as a reader of the address decodes them. The fragment is no part of the query. */
    private static boolean hasWhatThePageAdds(String url) {
        String[] parts = url.split("#", 2)[0].split("\\?", 2);
        return parts.length == 2
                && Stream.of(parts[1].split("[&;]"))
                        .map(parameter -> URLDecoder.decode(parameter.split("=", 2)[0], StandardCharsets.UTF_8))
                        .anyMatch(ADDED_BY_THE_PAGE::contains);
    }

    /**
     * Where we may send the user after the widget ourselves: where the request says, else where Proof's answer does.
     *
     * @param answered what Proof answered as {@code redirect_url}, of whatever type; null if nothing
     * @return none unless the settings allow it, and none if it has parameters that the hosted page adds
     */
    Optional<String> returnAddress(SessionRequest request, Object answered) {
        return Optional.ofNullable(request.redirectUrl())
                .or(() -> Optional.ofNullable(answered instanceof String url ? url : null))
                .filter(redirects::allow)
                .filter(url -> !hasWhatThePageAdds(url));
    }

    /**
     * What may be asked for.
     *
     * @param currency crypto currency
     * @param network blockchain network
     * @param amount a crypto amount that is allowed for the pair
     */
    public record Offer(String currency, String network, String amount) {}

    /**
     * Each offered pair with an amount for it, in order; none if the settings name no pairs.
     *
     * @param amount used where it is allowed for the pair
     */
    public List<Offer> offers(String amount) {
        return pairs.orElse(Set.of()).stream()
                .sorted(Comparator.comparing(Pair::toString))
                .map(pair -> new Offer(
                        pair.currency(),
                        pair.network(),
                        Optional.ofNullable(amounts.get(pair))
                                .map(range -> range.typical(amount))
                                .orElse(amount)))
                .toList();
    }

    private static Set<Pair> pairs(List<String> entries) {
        Set<Pair> pairs = new LinkedHashSet<>();
        for (String entry : entries) {
            pairs.add(pair(entry.strip())
                    .orElseThrow(() ->
                            wrong(PAIRS, entry, "is not a pair; write currency and network, for example USDC/ERC20")));
        }
        return Set.copyOf(pairs);
    }

    /** Found whatever the letter case: Proof may accept another spelling than the settings have. */
    private static Map<Pair, AmountRange> amounts(List<String> entries) {
        Map<Pair, AmountRange> amounts =
                new TreeMap<>(Comparator.comparing(Pair::currency, String.CASE_INSENSITIVE_ORDER)
                        .thenComparing(Pair::network, String.CASE_INSENSITIVE_ORDER));
        for (String entry : entries) {
            String[] parts = entry.strip().split("=", 2);
            Optional<Pair> pair = pair(parts[0].strip());
            Optional<AmountRange> range = AmountRange.of(parts[parts.length - 1].strip());
            if (parts.length != 2 || pair.isEmpty() || range.isEmpty()) {
                throw wrong(
                        AMOUNTS,
                        entry,
                        "is not a range of amounts; write for example USDC/ERC20=10..5000 or USDC/ERC20=10..");
            }
            if (amounts.put(pair.get(), range.get()) != null) {
                throw wrong(AMOUNTS, entry, "is the second range of this pair");
            }
        }
        return Collections.unmodifiableMap(amounts);
    }

    private void mustBeOffered(Pair pair) {
        if (pairs.isPresent() && !pairs.get().contains(pair)) {
            throw wrong(AMOUNTS, pair.toString(), "is not among " + PAIRS);
        }
    }

    private static Optional<Pair> pair(String text) {
        Matcher parts = PAIR.matcher(text);
        return parts.matches() ? Optional.of(new Pair(parts.group(1), parts.group(2))) : Optional.empty();
    }

    private static ConfigurationException wrong(String setting, String entry, String why) {
        return new ConfigurationException(setting + ": '" + entry.strip() + "' " + why, Set.of(setting));
    }

    /** A currency on a network, spelled as Proof spells them. */
    private record Pair(String currency, String network) {
        @Override
        public String toString() {
            return currency + "/" + network;
        }
    }
}
