/** Shows users their own transactions: reads, streams of events, and WebSockets. */
package dev.rampgate.live;
