package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The first page: whether users are affected, and by what. */
@ApplicationScoped
class OverviewPages implements ConsolePages {

    @Override
    public List<ConsolePage> pages() {
        return List.of(ConsolePage.reading("", "read_overview", Permission.USE_CONSOLE, this::overview)
                .listedAs("Overview", 10));
    }

    private Uni<PageAnswer> overview(PageCall call) {
        return Uni.createFrom().item(PageAnswer.of(new OverviewPage(call.frame("Overview"))));
    }
}
