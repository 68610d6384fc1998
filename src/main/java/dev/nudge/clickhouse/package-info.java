/**
 * What Nudge keeps in ClickHouse: the schema, the sinks that write its rows, and the erasure of
 * those that name a customer who is to be forgotten.
 *
 * <p>In: records of the {@code event} room. Out: tables of the database {@code nudge}, made by
 * ordered SQL files; rows in them, each a fact with its full identity, so that sending one again
 * changes nothing. State: the rows that a sink gathers for at most {@link
 * dev.nudge.clickhouse.Rows#FLUSH_MILLIS} and sends before every checkpoint; nothing in a
 * checkpoint.
 */
package dev.nudge.clickhouse;
