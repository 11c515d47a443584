/** Finds the user's address behind trusted proxies. */
package dev.rampgate.edge.address;
