package dev.nudge.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What is tried, and for how long.
 *
 * @param deployment of what
 * @param directory for logs and data; each run has a folder of its own in it
 * @param firstSeed of the runs with faults
 * @param seeds how many such runs, each with the seed after the one before
 * @param feedFor over how long the log is written in each
 * @param kills how many processes are killed in each
 * @param pauses how many are held still
 */
public record ChaosConfig(
    Deployment deployment,
    Path directory,
    long firstSeed,
    int seeds,
    Duration feedFor,
    int kills,
    int pauses) {}
