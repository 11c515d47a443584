package dev.rampgate.database.migration;

/** Fired once, when the database has the tables that this version needs. */
public record SchemaMigrated() {}
