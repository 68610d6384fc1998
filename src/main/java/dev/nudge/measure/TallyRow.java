package dev.nudge.measure;

import java.util.List;

/**
 * The identity of a row.
 *
 * @param table where it stands
 * @param tenant the brand
 * @param startMillis the UTC minute, hour or day it is about, by its first instant
 * @param dimensions what else it is known by, see {@link TallyTable}
 */
public record TallyRow(
    TallyTable table, String tenant, long startMillis, List<String> dimensions) {}
