/**
 * The topologies on files: a marketer's try on last year's data, and how the tests hold every rule
 * against real data.
 *
 * <p>In: JSON lines, gzipped or not, and definition files. Out: sorted JSON lines and a report, the
 * same bytes at any parallelism and on any day. State: none beyond the run; temporary files stand
 * in the output folder and go at the end.
 */
package dev.nudge.rehearse;
