/** Error answers: problem details (RFC 9457), the list of problem types, and the request id. */
package dev.rampgate.problem;
