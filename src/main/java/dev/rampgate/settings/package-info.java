/** What settings of all packages say in the same way. Depends on no other package. */
package dev.rampgate.settings;
