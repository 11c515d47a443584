package dev.rampgate.backoffice;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.backoffice.TransactionSearch.Page;
import dev.rampgate.database.ConnectionShare;
import dev.rampgate.support.GrownDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The plans of searches on a large ledger, and what one statement may read. */
@ExtendWith(GrownDatabase.Shared.class)
class SearchPlansTest {

    private static final List<String> NONE = List.of();

    private final GrownDatabase database;
    private final TransactionSearch search;

    SearchPlansTest(GrownDatabase database) {
        this.database = database;
        this.search = new TransactionSearch(
                database.pool(), new ConnectionShare("back_office", 1, database.vertx(), new SimpleMeterRegistry()));
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void idsAreReadByTheirKey() {
        Page page = first(filter(List.of("transaction-1", "transaction-2"), NONE, NONE, NONE), 10);

        assertThat(page.transactions()).hasSize(2);
        assertThat(page.next()).isEmpty();
        database.assertNoWholeTable(1);
        database.assertUsed("transaction_pkey");
    }

    @Test
    void aReferenceIsReadByItsIndex() {
        assertThat(first(filter(NONE, List.of("order-7"), NONE, NONE), 10).transactions())
                .isEmpty();
        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_own_reference");
    }

    @Test
    void severalReferencesAreReadByTheirIndex() {
        assertThat(first(filter(NONE, List.of("order-7", "order-8"), NONE, NONE), 10)
                        .transactions())
                .isEmpty();
        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_own_reference");
    }

    @Test
    void aUserIsReadByItsIndexWhateverElseIsAskedFor() {
        assertThat(first(filter(NONE, NONE, List.of("cust-7"), List.of("failed")), 10)
                        .transactions())
                .isEmpty();
        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_user");
    }

    @Test
    void theTransactionsOfSeveralUsersComeInOneOrderPageByPage() {
        SearchFilter filter = filter(NONE, NONE, List.of("cust-7", "cust-8", "cust-9"), NONE);
        List<String> ids = all(filter, 7);

        assertThat(ids).hasSize(60).doesNotHaveDuplicates();
        assertThat(ids).isEqualTo(all(filter, 200));
        database.assertUsed("transaction_by_user");
    }

    @Test
    void aWindowIsReadByTheIndexOfCreationAndNoFurtherThanAPageNeeds() {
        Page page = first(filter(NONE, NONE, NONE, NONE), 10);

        assertThat(page.transactions()).hasSize(10);
        assertThat(page.scanLimited()).isFalse();
        database.assertNoWholeTable(1);
        database.assertUsed("transaction_by_creation");
    }

    @Test
    void aSearchWithRareMatchesEndsAfterSoManyRowsAndSaysWhereToGoOn() {
        SearchFilter filter = filter(NONE, NONE, NONE, List.of("failed"));
        Page first = first(filter, 10);

        assertThat(first.transactions()).isEmpty();
        assertThat(first.scanLimited()).isTrue();
        Page second = get(search.page(filter, first.next().orElseThrow(), 10));
        assertThat(second.next()).isPresent();
        Page last = get(search.page(filter, second.next().orElseThrow(), 10));
        assertThat(last.next()).isEmpty();
        assertThat(last.scanLimited()).isFalse();
    }

    @Test
    void pagesOfAWindowHoldEachTransactionOnce() {
        List<String> ids = all(filter(NONE, NONE, NONE, NONE), 3_000);

        assertThat(ids).hasSize(20_000).doesNotHaveDuplicates();
    }

    @Test
    void aCaseReadsItsOwnRowsOnly() {
        CaseReader cases = new CaseReader(
                database.pool(), new ConnectionShare("back_office", 1, database.vertx(), new SimpleMeterRegistry()));

        assertThat(get(cases.read("transaction-7"))).isPresent();
        assertThat(get(cases.read("unheard-of"))).isEmpty();
        database.assertNoWholeTable(5);
        database.assertUsed("delivery_pkey");
    }

    private List<String> all(SearchFilter filter, int limit) {
        List<String> ids = new ArrayList<>();
        Page page = first(filter, limit);
        page.transactions().forEach(one -> ids.add(id(one)));
        while (page.next().isPresent()) {
            page = get(search.page(filter, page.next().get(), limit));
            page.transactions().forEach(one -> ids.add(id(one)));
        }
        return ids;
    }

    private static String id(JsonObject transaction) {
        return transaction.getString("merchant_transaction_id");
    }

    private Page first(SearchFilter filter, int limit) {
        return get(search.page(filter, SearchCursor.start(filter), limit));
    }

    private static SearchFilter filter(
            List<String> ids, List<String> references, List<String> users, List<String> statuses) {
        return new SearchFilter(
                ids,
                references,
                users,
                statuses,
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                Instant.EPOCH,
                Instant.parse("2100-01-01T00:00:00Z"));
    }
}
