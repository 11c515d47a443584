/**
 * Statements of Proof's that an operator uploads: received whole or not at all, then compared with the record. Owns the tables {@code
 * statement_import} and {@code statement_row}.
 */
package dev.rampgate.books.imports;
