/** The edge: limits the size, the duration and the rate of calls, decides which web pages may call, and traces each request. */
package dev.rampgate.edge;
