package dev.rampgate.edge;

/**
 * The order of our filters; the highest number runs first. Quarkus' own filters have 300 (CORS), 200 (authentication) and
 * 100 (authorization).
 */
public final class FilterOrder {

    static final int REQUEST_ID = 1000;

    /** After the request id, before every filter that may refuse. */
    static final int TRACE = 900;

    /** The position of Quarkus' own CORS filter, which is off. */
    static final int CROSS_ORIGIN = 300;

    /** After CORS, so that the body of a refused page is not read; before authentication, which no webhook needs. */
    static final int BODY = 250;

    /** Directly behind the body: every later filter, and each route that is compared with the path, would cost every webhook time. */
    public static final int WEBHOOK = 240;

    private FilterOrder() {}
}
