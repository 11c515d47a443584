package dev.rampgate.reconcile;

/** Fired once, when the database has the tables that this version needs. */
public record SchemaMigrated() {}
