/** What operators do on the management port: erase a user, poll again. */
package dev.rampgate.backoffice;
