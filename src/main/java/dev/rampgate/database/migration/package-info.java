/** Brings the tables to the version of this build. */
package dev.rampgate.database.migration;
