/** What the settings of all packages have in common. Depends on no other package. */
package dev.rampgate.settings;
