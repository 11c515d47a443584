package dev.rampgate.backoffice;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** Follows every call of the back office. {@link OperatorRouter} calls every bean of this type. */
public interface OperatorCallListener {

    /** Before a permitted call begins. It begins when all listeners have completed; if one fails, so does the call. */
    default Uni<Void> beginning(OperatorCall call) {
        return Uni.createFrom().voidItem();
    }

    /**
     * After a permitted call was answered, or its client has gone.
     *
     * @param result {@code ok}, {@code gone}, or the metric name of the problem
     */
    default void ended(OperatorCall call, String result) {}

    /**
     * After a call was refused to an actor that may not make it, or that made too many.
     *
     * @param result the metric name of the problem
     */
    default void refused(OperatorCall call, String result) {}

    /**
     * After a call was refused whose caller is not known.
     *
     * @param result the metric name of the problem
     */
    default void unknown(RoutingContext routing, String result) {}
}
