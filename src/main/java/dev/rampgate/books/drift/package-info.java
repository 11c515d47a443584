/**
 * Whether the record agrees with Proof: drift runs, which poll settled transactions again, and the breaks that they and imported
 * statements find. Owns the tables {@code drift_run}, {@code drift_item}, {@code break} and {@code break_note}.
 */
package dev.rampgate.books.drift;
