/** From which address a call comes. */
package dev.rampgate.edge.address;
