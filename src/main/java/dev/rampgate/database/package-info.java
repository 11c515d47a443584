/** Connections to PostgreSQL: what they are told, when they are discarded, how they are shared. Depends on no other room. */
package dev.rampgate.database;
