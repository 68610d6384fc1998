package dev.nudge.measure;

import dev.nudge.definition.Cost;
import java.util.List;

/**
 * That a version of a campaign was sent: what {@link FlatCost} needs. Said with every grant; the
 * smallest time is kept.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version
 * @param firstMillis the decision, epoch milliseconds
 * @param windowsMillis the windows that it declares
 * @param cost what it costs
 * @param fromMillis when it begins, epoch milliseconds; {@link Long#MIN_VALUE} where it says
 *     nothing
 * @param toMillis when it ends, epoch milliseconds; {@link Long#MAX_VALUE} where it says nothing
 * @param currency in which costs stand
 */
public record SentVersion(
    String tenant,
    String campaign,
    int version,
    long firstMillis,
    List<Long> windowsMillis,
    Cost cost,
    long fromMillis,
    long toMillis,
    String currency) {}
