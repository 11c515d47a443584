/** The books: statements of a month as known at a time, with what was corrected afterwards apart. */
package dev.rampgate.books;
