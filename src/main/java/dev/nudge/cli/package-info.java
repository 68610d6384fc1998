/**
 * The command line: one class per verb, thin.
 *
 * <p>In: arguments. Out: what the verb prints, and an exit code: 0 for done, 1 for a failure on the
 * way, 2 for arguments or files that were refused. State: none.
 */
package dev.nudge.cli;
