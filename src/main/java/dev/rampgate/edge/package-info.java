/**
 * The door: from which address a call comes, how large and how slow it may be, and how a refusal looks.
 *
 * <p>Knows no other room. Every other room may throw a {@link dev.rampgate.edge.ProblemException} and ask
 * {@link dev.rampgate.edge.ClientAddress}.
 */
package dev.rampgate.edge;
