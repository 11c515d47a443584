/** The connection pool, its settings and encryption, and values as columns of a statement. */
package dev.rampgate.database;
