/** How work is run on event loops; depends on no other package of Rampgate. */
package dev.rampgate.eventloop;
