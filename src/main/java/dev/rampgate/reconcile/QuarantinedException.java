package dev.rampgate.reconcile;

/** The database refused this observation's data; its neighbours were stored without it. */
public final class QuarantinedException extends RuntimeException {

    QuarantinedException() {
        super("the observation was refused by the database", null, false, false);
    }
}
