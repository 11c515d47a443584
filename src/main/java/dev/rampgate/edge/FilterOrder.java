package dev.rampgate.edge;

/**
 * The order of our filters; the highest comes first. Quarkus' own stand at 300 (CORS), 200 (authentication) and 100
 * (authorization).
 */
final class FilterOrder {

    static final int REQUEST_ID = 1000;

    /** Behind the id, before all that may refuse. */
    static final int TRACE = 900;

    /** Where Quarkus' own would stand, which is off. */
    static final int CROSS_ORIGIN = 300;

    /** Behind CORS, so that a foreign page's body is not even read. */
    static final int BODY = 50;

    private FilterOrder() {}
}
