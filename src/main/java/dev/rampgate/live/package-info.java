/** What users may see of their own transactions. */
package dev.rampgate.live;
