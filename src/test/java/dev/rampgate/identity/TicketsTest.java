package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.identity.Tickets.Ticket;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TicketsTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");
    private static final String OLD_KEY = "o".repeat(32);
    private static final String NEW_KEY = "n".repeat(32);

    private final Tickets tickets = tickets(NOW, NEW_KEY);

    @Test
    void aTicketOpensItsTransactionAndNoOther() {
        String ticket = issued(tickets, "tx-1");

        assertThat(tickets.isValid(ticket, "tx-1")).isTrue();
        assertThat(tickets.isValid(ticket, "tx-2")).isFalse();
    }

    @Test
    void aTicketEndsAfterMinutes() {
        String ticket = issued(tickets, "tx-1");

        assertThat(tickets(NOW.plusSeconds(299), NEW_KEY).isValid(ticket, "tx-1"))
                .isTrue();
        assertThat(tickets(NOW.plusSeconds(300), NEW_KEY).isValid(ticket, "tx-1"))
                .isFalse();
    }

    @Test
    void aLongerTimeCannotBeWrittenIntoIt() {
        byte[] bytes = Base64.getUrlDecoder().decode(issued(tickets, "tx-1"));
        bytes[7]++;

        assertThat(tickets.isValid(Base64.getUrlEncoder().encodeToString(bytes), "tx-1"))
                .isFalse();
    }

    @Test
    void whileKeysAreReplacedBothAreBelievedAndTheFirstSigns() {
        String before = issued(tickets(NOW, OLD_KEY), "tx-1");
        Tickets replacing = tickets(NOW, NEW_KEY, OLD_KEY);

        assertThat(replacing.isValid(before, "tx-1")).isTrue();
        assertThat(tickets.isValid(issued(replacing, "tx-1"), "tx-1")).isTrue();
        assertThat(tickets.isValid(before, "tx-1")).isFalse();
    }

    @Test
    void anotherReplicaWithTheSameKeysBelievesIt() {
        assertThat(tickets(NOW, NEW_KEY).isValid(issued(tickets, "tx-1"), "tx-1"))
                .isTrue();
    }

    @Test
    void withoutKeysThereAreNoTickets() {
        Tickets none = new Tickets(Optional.empty(), Duration.ofMinutes(5), InstantSource.fixed(NOW));

        assertThat(none.issue("tx-1")).isEmpty();
        assertThat(none.isValid(issued(tickets, "tx-1"), "tx-1")).isFalse();
    }

    @Test
    void aPassLivesAsLongAsItSaysAndIsNoTicketNorIsATicketAPass() {
        String pass =
                tickets.issuePass("tx-1", Duration.ofHours(1)).orElseThrow().text();

        assertThat(tickets.isValidPass(pass, "tx-1")).isTrue();
        assertThat(tickets.isValidPass(pass, "tx-2")).isFalse();
        assertThat(tickets(NOW.plusSeconds(3_599), NEW_KEY).isValidPass(pass, "tx-1"))
                .isTrue();
        assertThat(tickets(NOW.plusSeconds(3_600), NEW_KEY).isValidPass(pass, "tx-1"))
                .isFalse();
        assertThat(tickets.isValid(pass, "tx-1")).isFalse();
        assertThat(tickets.isValidPass(issued(tickets, "tx-1"), "tx-1")).isFalse();
    }

    @Test
    void aTicketIsFitForAnAddressAndSaysNothingOfItself() {
        Ticket ticket = tickets.issue("tx-1").orElseThrow();

        assertThat(ticket.text()).matches("[A-Za-z0-9_-]{54}");
        assertThat(ticket.toString()).doesNotContain(ticket.text());
    }

    @Test
    void nonsenseIsNoTicket() {
        for (String text : List.of("", "x", "%%%", "A".repeat(54), "A".repeat(5_000))) {
            assertThat(tickets.isValid(text, "tx-1")).isFalse();
        }
    }

    @Test
    void aShortKeyStopsTheStartAndIsNotQuoted() {
        assertThatThrownBy(() -> tickets(NOW, "guessable-key"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.live.ticket-keys")
                .hasMessageNotContaining("guessable-key");
    }

    private static String issued(Tickets tickets, String transactionId) {
        return tickets.issue(transactionId).orElseThrow().text();
    }

    private static Tickets tickets(Instant now, String... keys) {
        return new Tickets(Optional.of(List.of(keys)), Duration.ofMinutes(5), InstantSource.fixed(now));
    }
}
