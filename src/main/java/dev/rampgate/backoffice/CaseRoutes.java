package dev.rampgate.backoffice;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Reading a case. */
@ApplicationScoped
class CaseRoutes implements OperatorRoutes {

    private final Cases cases;

    CaseRoutes(Cases cases) {
        this.cases = cases;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(OperatorRoute.reading(
                "/operate/transactions/{id}", "read_case", Permission.READ_CASES, call -> cases.read(call.path("id"))
                        .map(OperatorAnswer::json)));
    }
}
