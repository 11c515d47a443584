/** Brakes: sessions that an operator has stopped at run time, at every replica. */
package dev.rampgate.brake;
