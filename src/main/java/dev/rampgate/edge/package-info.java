/** The door: how large and how slow a call may be, which pages may call, how often, and what is traced of it. */
package dev.rampgate.edge;
