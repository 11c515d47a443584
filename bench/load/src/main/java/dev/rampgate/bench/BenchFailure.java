package dev.rampgate.bench;

/** The run cannot go on, or what it measured is worth nothing; the message says why. */
final class BenchFailure extends RuntimeException {

    BenchFailure(String message) {
        super(message);
    }

    BenchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
