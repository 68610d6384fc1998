package dev.nudge.local;

import java.nio.file.Path;

/** A broker in a process of its own, to be killed: says its port when ready, lives till then. */
final class BrokerProcess {

  private BrokerProcess() {}

  public static void main(String[] args) throws Exception {
    EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(args[0]), 0);
    System.out.println(kafka.port());
    Thread.currentThread().join();
  }
}
