/** How work is run on event loops. Depends on no other package. */
package dev.rampgate.eventloop;
