/** How a refusal looks: problem details (RFC 9457), their types, and the id of the request. */
package dev.rampgate.problem;
