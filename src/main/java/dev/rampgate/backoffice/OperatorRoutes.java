package dev.rampgate.backoffice;

import java.util.List;

/** Some routes of the back office. {@link OperatorRouter} finds every bean of this type. */
public interface OperatorRoutes {

    /** The routes, the same at each call. */
    List<OperatorRoute> routes();

    /** The routes that need no actor, the same at each call. */
    default List<OpenRoute> openRoutes() {
        return List.of();
    }
}
