/** Jobs that keep the database tidy or read figures from it, at intervals of a second or more, on Quarkus' scheduler. */
package dev.rampgate.database.housekeeping;
