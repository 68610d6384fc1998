package dev.nudge.bench;

import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The policy and the campaigns that are measured, which hold for every tenant. */
final class MeasureCampaigns {
  /** How long after a grant anything counts for it; all campaigns have this window and no other. */
  static final long WINDOW_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** What a grant costs, in ten-thousandths. */
  static final long PRICE_UNITS = 500;

  /** The channel of all grants. */
  static final String CHANNEL = "INBOX";

  /** The only variant. */
  static final String VARIANT = "NOTE";

  private static final String POLICY =
      """
      kind: policy
      zone: Asia/Shanghai
      currency: CNY
      """;

  private static final String CAMPAIGN =
      """
      ---
      kind: campaign
      id: %s
      trigger: {anomaly: CART_ABANDONED}
      channels: [INBOX]
      cost: {model: PER_SEND, price: 0.05}
      variants:
        - {id: NOTE, content: {template: note, title: "Still in your cart"}}
      conversion: {goal: Order Paid, windows: [1 h]}
      """;

  private MeasureCampaigns() {}

  /** A campaign's id. */
  static String id(int number) {
    return "k" + number;
  }

  /** The policy, then so many campaigns, each in its version 1. */
  static List<DefinitionVersion> definitions(int campaigns) {
    StringBuilder yaml = new StringBuilder(POLICY);
    for (int number = 0; number < campaigns; number++) {
      yaml.append(CAMPAIGN.formatted(id(number)));
    }
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("what bench measure measures", yaml.toString().getBytes(StandardCharsets.UTF_8));
    return DecideCampaigns.versions(reader);
  }
}
