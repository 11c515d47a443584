package dev.rampgate.backoffice;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/** Counts the calls of the back office, by action and result. */
@ApplicationScoped
class CallCounter implements OperatorCallListener {

    private static final String ANY = "any";

    private final MeterRegistry meters;

    CallCounter(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void ended(OperatorCall call, String result) {
        count(call.route().action(), result);
    }

    @Override
    public void refused(OperatorCall call, String result) {
        count(call.route().action(), result);
    }

    @Override
    public void unknown(RoutingContext routing, String result) {
        count(ANY, result);
    }

    private void count(String action, String result) {
        meters.counter("rampgate.operate.calls", "action", action, "result", result)
                .increment();
    }
}
