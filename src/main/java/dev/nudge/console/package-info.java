/**
 * The live web page and its API, for the operators and marketers of one deployment.
 *
 * <p>In: rows of ClickHouse, the REST interface of Flink, the deployment's clock, definitions and
 * dead letters on their topics. Out: a page in a browser and server-sent events; where somebody
 * tells it to, versions of campaigns and records that are sent again. State: what was read last is
 * kept while somebody watches the tenant, and dropped when the last viewer leaves; the newest
 * rehearsal of a brand, until its next one.
 *
 * <p>{@link dev.nudge.console.Why} tells what is known of one customer and says why each decision
 * came out as it did, for the page and for the command line alike.
 *
 * <p>{@link dev.nudge.console.Actions} is all that changes anything.
 *
 * <p>{@link dev.nudge.console.ConsoleTokens} says who may see what: a brand sees itself, the
 * platform all of them and the deployment.
 *
 * <p>The page itself is written in TypeScript, in {@code src/main/console}; the build puts it on
 * the class path under {@code /console}.
 */
package dev.nudge.console;
