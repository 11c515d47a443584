package dev.rampgate.backoffice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.backoffice.CaseFacts.Poll;
import dev.rampgate.backoffice.CaseTexts.Part;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.FollowUp.Contradiction;
import dev.rampgate.ledger.FollowUp.Dissent;
import dev.rampgate.ledger.FollowUp.Nudge;
import dev.rampgate.ledger.Status;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One transaction for each situation that the ledger can be in, and the texts of each. */
class SituationTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");
    private static final Poll PLANNED = new Poll(NOW.plusSeconds(5), NOW.minusSeconds(5), 0, null, false);
    private static final FollowUp UNKNOWN_STATUS = followUp(null, null, "odd", null, List.of());
    private static final FollowUp DISSENT = followUp(null, new Dissent(Status.FAILED, NOW, 1), null, null, List.of());
    private static final FollowUp UNREAD = followUp(null, null, null, NOW, List.of());
    private static final FollowUp CONTRADICTED =
            followUp(null, null, null, null, List.of(new Contradiction(Status.FAILED, NOW)));
    private static final FollowUp CLAIMED =
            followUp(new Nudge(Channel.WEBHOOK, Status.COMPLETED, NOW, NOW, 0), null, null, null, List.of());

    private static final Map<Situation, CaseFacts> FIXTURES = new EnumMap<>(Situation.class);

    static {
        put(Situation.COMPLETED, buy(Status.COMPLETED).confirmed().settled());
        put(
                Situation.COMPLETED_CONTRADICTED,
                buy(Status.COMPLETED).confirmed().settled().with(CONTRADICTED));
        put(
                Situation.COMPLETED_AMOUNT_UNREADABLE,
                buy(Status.COMPLETED).confirmed().with(UNREAD));
        put(Situation.COMPLETED_UNCONFIRMED, buy(Status.COMPLETED));
        put(Situation.PROOF_REFUSES_US, buy(Status.PENDING).confirmed().refused());
        put(Situation.UNKNOWN_TO_PROOF, buy(Status.PENDING).with(new Poll(NOW, NOW, 3, NOW.minusSeconds(600), false)));
        put(Situation.UNKNOWN_STATUS, buy(Status.PENDING).confirmed().with(UNKNOWN_STATUS));
        put(Situation.POLLS_DISAGREE, buy(Status.PROCESSING).with(DISSENT));
        put(Situation.PROOF_DOES_NOT_ANSWER, buy(Status.PENDING).with(new Poll(NOW, NOW, 1, null, false)));
        put(Situation.REPORTED, buy(Status.PENDING).confirmed().with(CLAIMED));
        put(Situation.ABANDONED, buy(Status.PENDING).confirmed().abandoned().aged(Duration.ofDays(8)));
        put(Situation.FAILED_UNCONFIRMED, buy(Status.FAILED));
        put(Situation.FAILED_WATCHED, buy(Status.FAILED).confirmed());
        put(Situation.FAILED, buy(Status.FAILED).confirmed().settled());
        put(Situation.CANCELLED_UNCONFIRMED, buy(Status.CANCELLED));
        put(Situation.CANCELLED_WATCHED, buy(Status.CANCELLED).confirmed());
        put(Situation.CANCELLED, buy(Status.CANCELLED).confirmed().settled());
        put(Situation.PROCESSING, buy(Status.PROCESSING).confirmed());
        put(Situation.PROCESSING_LONG, buy(Status.PROCESSING).confirmed().aged(Duration.ofHours(2)));
        put(Situation.RETRIED, buy(Status.PENDING).confirmed().attempt(2));
        put(Situation.PENDING_BUY, buy(Status.PENDING).confirmed());
        put(Situation.PENDING_BUY_LONG, buy(Status.PENDING).confirmed().aged(Duration.ofHours(2)));
        put(Situation.PENDING_SELL, buy(Status.PENDING).sell());
        put(Situation.PENDING_SELL_LONG, buy(Status.PENDING).sell().aged(Duration.ofDays(30)));
    }

    @ParameterizedTest
    @EnumSource(Situation.class)
    void eachSituationHasATransactionThatIsInIt(Situation situation) {
        assertThat(FIXTURES).containsKey(situation);
        assertThat(Situation.of(FIXTURES.get(situation))).isEqualTo(situation);
    }

    @ParameterizedTest
    @EnumSource(Situation.class)
    void noSituationLacksItsTextsAndAllTheirValuesAreKnown(Situation situation) {
        CaseTexts texts = new CaseTexts(Optional.empty());
        Map<String, String> values =
                CaseTexts.PLACEHOLDERS.stream().collect(Collectors.toMap(name -> name, name -> "<" + name + ">"));
        for (Part part : Part.values()) {
            assertThat(texts.of(part, situation, values))
                    .as("%s of %s", part, situation)
                    .hasSizeGreaterThan(15)
                    .doesNotContain("{", "}", "[", "]", "|", "unknown ");
        }
        assertThat(texts.of(Part.USER, situation, values))
                .as("what a user reads says nothing of our machinery")
                .doesNotContainIgnoringCase("poll", "webhook", "socket", "ledger", "Proof", "GET ", "status");
    }

    /** Whichever of the values that may be missing are: those of the amounts before there are any, the next poll of a transaction without one. */
    @ParameterizedTest
    @EnumSource(Situation.class)
    void eachTextReadsWellWhateverIsNotKnownYet(Situation situation) {
        CaseTexts texts = new CaseTexts(Optional.empty());
        for (String type : List.of("if_buy", "if_sell")) {
            for (Part part : Part.values()) {
                String text = CaseTexts.packaged().getProperty(part.key(situation));
                forEachSubset(text, situation, type, values -> assertReadsWell(texts.of(part, situation, values)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"if_buy", "if_sell"})
    void theTextForProofReadsWellWhateverIsNotKnownYet(String type) {
        CaseTexts texts = new CaseTexts(Optional.empty());
        String text = CaseTexts.packaged().getProperty(CaseTexts.FOR_PROOF);
        forEachSubset(text, Situation.PENDING_BUY, type, values -> {
            String filled = texts.forProof(values);
            assertReadsWell(filled);
            assertThat(filled.lines().skip(2)).noneMatch(String::isBlank);
        });
    }

    /** What each case has, whatever else is known. */
    private static final Set<String> ALWAYS = Set.of("id", "status", "confirmed", "attempt", "failures", "question");

    /** What a case has because it is in this situation. */
    private static final Map<Situation, String> BY_SITUATION = Map.of(
            Situation.REPORTED, "reported",
            Situation.POLLS_DISAGREE, "polled",
            Situation.UNKNOWN_STATUS, "unknown_status");

    private static void forEachSubset(
            String text, Situation situation, String type, Consumer<Map<String, String>> check) {
        Map<String, String> known = new HashMap<>(Map.of(type, ""));
        List<String> uncertain = new ArrayList<>();
        for (String name : new TreeSet<>(CaseTexts.PLACEHOLDERS)) {
            if (ALWAYS.contains(name) || name.equals(BY_SITUATION.get(situation))) {
                known.put(name, "<" + name + ">");
            } else if (!name.startsWith("if_") && text.contains("{" + name + "}")) {
                uncertain.add(name);
            }
        }
        for (int bits = 0; bits < 1 << uncertain.size(); bits++) {
            Map<String, String> values = new HashMap<>(known);
            for (int i = 0; i < uncertain.size(); i++) {
                if ((bits & 1 << i) != 0) {
                    values.put(uncertain.get(i), "<" + uncertain.get(i) + ">");
                }
            }
            check.accept(values);
        }
    }

    private static void assertReadsWell(String text) {
        assertThat(text)
                .doesNotContain("unknown ", "null", "{", "}", "[", "]", "|", "  ", " .", " ,", "..")
                .isEqualTo(text.strip());
    }

    @Test
    void aSaleIsNotAnsweredWithTheWordsOfAPurchase() {
        CaseTexts texts = new CaseTexts(Optional.empty());
        Map<String, String> values = Map.of(
                "if_sell",
                "",
                "amount",
                "42.75",
                "currency",
                "USDC",
                "network",
                "ERC20",
                "address",
                "0x1",
                "fiat",
                "40.10 EUR");

        assertThat(texts.of(Part.USER, Situation.COMPLETED, values))
                .contains("40.10 EUR")
                .doesNotContain("0x1", "wallet");
        for (Situation situation : Situation.values()) {
            if (!Set.of(Situation.ABANDONED, Situation.PENDING_BUY, Situation.PENDING_BUY_LONG)
                    .contains(situation)) {
                assertThat(texts.of(Part.USER, situation, values))
                        .as(situation.wireName())
                        .doesNotContain("Your payment has arrived", "Your payment did not", "was sent on the network");
            }
        }
    }

    @Test
    void thereIsNoTextThatNoSituationUses() {
        Set<String> used =
                new TreeSet<>(Set.of(CaseTexts.FOR_PROOF, CaseTexts.NO_ORDER, CaseTexts.PARKED, CaseTexts.UNKNOWN));
        for (Situation situation : Situation.values()) {
            for (Part part : Part.values()) {
                used.add(part.key(situation));
            }
        }
        assertThat(CaseTexts.packaged().stringPropertyNames()).containsExactlyInAnyOrderElementsOf(used);
    }

    /** Whatever the ledger holds, the case has a situation, and one that fits the recorded status. */
    @Test
    void everyCombinationThatTheLedgerCanHoldIsInASituation() {
        List<FollowUp> followUps = List.of(FollowUp.NONE, UNKNOWN_STATUS, DISSENT, UNREAD, CONTRADICTED, CLAIMED);
        List<Poll> polls =
                List.of(Poll.NONE, PLANNED, new Poll(NOW, NOW, 2, null, false), new Poll(NOW, NOW, 2, NOW, true));
        Set<Situation> seen = new TreeSet<>();
        for (Status status : Status.values()) {
            for (FollowUp followUp : followUps) {
                for (Poll poll : polls) {
                    for (int bits = 0; bits < 64; bits++) {
                        seen.add(Situation.of(new CaseFacts(
                                (bits & 1) == 0 ? "buy" : "sell",
                                status,
                                1 + (bits >> 1 & 1),
                                (bits & 4) == 0,
                                (bits & 8) == 0,
                                (bits & 16) == 0,
                                followUp,
                                NOW.minus((bits & 32) == 0 ? Duration.ZERO : Duration.ofDays(1)),
                                poll,
                                false,
                                NOW)));
                    }
                }
            }
        }
        seen.add(Situation.PROOF_REFUSES_US);
        assertThat(seen).containsExactlyInAnyOrder(Situation.values());
    }

    @Test
    void aCompanysFileReplacesSingleTexts(@TempDir Path folder) throws IOException {
        Path own = Files.writeString(
                folder.resolve("own"), "completed.user=Fertig, {amount} {currency} \u00fcberwiesen.\n");
        CaseTexts texts = new CaseTexts(Optional.of(own));

        assertThat(texts.of(Part.USER, Situation.COMPLETED, Map.of("amount", "1.50", "currency", "$USDC")))
                .isEqualTo("Fertig, 1.50 $USDC \u00fcberwiesen.");
        assertThat(texts.of(Part.WHY, Situation.COMPLETED, Map.of())).startsWith("It does not wait");
        assertThat(texts.of(Part.USER, Situation.COMPLETED, Map.of())).contains("unknown");
    }

    @Test
    void ofAlternativesTheFirstIsWrittenOfWhichAllIsKnown(@TempDir Path folder) throws IOException {
        Path own =
                Files.writeString(folder.resolve("own"), "completed.user=Done[: {amount} {currency}|: {currency}]!\n");
        CaseTexts texts = new CaseTexts(Optional.of(own));

        assertThat(texts.of(Part.USER, Situation.COMPLETED, Map.of("amount", "[$1|2]", "currency", "{id}")))
                .isEqualTo("Done: [$1|2] {id}!");
        assertThat(texts.of(Part.USER, Situation.COMPLETED, Map.of("currency", "USDC")))
                .isEqualTo("Done: USDC!");
        assertThat(texts.of(Part.USER, Situation.COMPLETED, Map.of("amount", "1")))
                .isEqualTo("Done!");
    }

    @Test
    void everythingThatIsWrongInACompanysFileIsNamedAtOnce(@TempDir Path folder) throws IOException {
        Path own = Files.writeString(
                folder.resolve("own"),
                "done.user=x\nfailed.user=\ncompleted.user=Hi {name}\nreported.user=Hi [{id}\nretried.user=Hi [a [b]]\n");

        assertThatThrownBy(() -> new CaseTexts(Optional.of(own)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("done.user is not a text")
                .hasMessageContaining("failed.user is empty")
                .hasMessageContaining("completed.user names {name}, which is not a value")
                .hasMessageContaining("reported.user has a bracket")
                .hasMessageContaining("retried.user has a bracket");
        assertThatThrownBy(() -> new CaseTexts(Optional.of(folder.resolve("missing"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.operate.case-texts: the file cannot be read");
    }

    private static void put(Situation situation, Built built) {
        FIXTURES.put(situation, built.facts);
    }

    private static Built buy(Status status) {
        return new Built(new CaseFacts(
                "buy", status, 1, false, false, false, FollowUp.NONE, NOW.minusSeconds(60), PLANNED, false, NOW));
    }

    private static FollowUp followUp(
            Nudge nudge, Dissent dissent, String unknown, Instant unread, List<Contradiction> contradictions) {
        return new FollowUp(nudge, dissent, null, unknown, unread, Map.of(), null, contradictions, false);
    }

    /** Changes one thing at a time. */
    private record Built(CaseFacts facts) {

        Built confirmed() {
            return of(facts.type(), facts.attempt(), true, facts.settled(), facts.abandoned(), facts.followUp());
        }

        Built settled() {
            return of(facts.type(), facts.attempt(), facts.confirmed(), true, facts.abandoned(), facts.followUp());
        }

        Built abandoned() {
            return of(facts.type(), facts.attempt(), facts.confirmed(), facts.settled(), true, facts.followUp());
        }

        Built sell() {
            return of("sell", facts.attempt(), facts.confirmed(), facts.settled(), facts.abandoned(), facts.followUp());
        }

        Built attempt(int attempt) {
            return of(facts.type(), attempt, facts.confirmed(), facts.settled(), facts.abandoned(), facts.followUp());
        }

        Built with(FollowUp followUp) {
            return of(facts.type(), facts.attempt(), facts.confirmed(), facts.settled(), facts.abandoned(), followUp);
        }

        Built aged(Duration age) {
            return last(NOW.minus(age), facts.poll(), facts.proofRefuses());
        }

        Built with(Poll poll) {
            return last(facts.changedAt(), poll, facts.proofRefuses());
        }

        Built refused() {
            return last(facts.changedAt(), facts.poll(), true);
        }

        private Built of(
                String type, int attempt, boolean confirmed, boolean settled, boolean abandoned, FollowUp followUp) {
            return new Built(new CaseFacts(
                    type,
                    facts.status(),
                    attempt,
                    confirmed,
                    settled,
                    abandoned,
                    followUp,
                    facts.changedAt(),
                    facts.poll(),
                    facts.proofRefuses(),
                    NOW));
        }

        private Built last(Instant changedAt, Poll poll, boolean refused) {
            return new Built(new CaseFacts(
                    facts.type(),
                    facts.status(),
                    facts.attempt(),
                    facts.confirmed(),
                    facts.settled(),
                    facts.abandoned(),
                    facts.followUp(),
                    changedAt,
                    poll,
                    refused,
                    NOW));
        }
    }
}
