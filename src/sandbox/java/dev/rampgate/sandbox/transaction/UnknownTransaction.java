package dev.rampgate.sandbox.transaction;

/** The simulator has no transaction of this id. */
public final class UnknownTransaction extends RuntimeException {

    public UnknownTransaction(String id) {
        super("no transaction " + id);
    }
}
