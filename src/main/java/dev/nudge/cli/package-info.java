/** One command a verb, thin: arguments in, the room that does it called, an exit code out. */
package dev.nudge.cli;
