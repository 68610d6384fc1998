package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How many customers a budget reaches. */
class ReachTest {
  private static final String POLICY =
      """
      kind: policy
      channels: {SMS: {cost: {model: PER_SEND, price: 0.05}}, INBOX: {cost: {model: CPM, price: 1}}}
      ---
      """;

  @Test
  void budgetIsDividedByChannelCampaignAndResource() throws DefinitionException {
    String keys =
        "budget: {total: 100}\ncost: {model: CPC, price: 0.2}\n"
            + "resource: {kind: POINTS, amount: 5}";
    assertThat(reach(keys, "SMS").touchText()).isEqualTo("5.25");
    assertThat(reach(keys, "SMS").customers()).isEqualTo(19);
    assertThat(reach(keys, "PUSH").customers()).isEqualTo(19);
    assertThat(reach("budget: {total: 100}", "SMS").customers()).isEqualTo(2_000);
    assertThat(reach("budget: {total: 100}", "INBOX").customers()).isEqualTo(100_000);
    assertThat(reach("budget: {total: 100}", "INBOX").touchText()).isEqualTo("0.001");
  }

  @Test
  void randomAmountReachesAsManyAsItsLeastWould() throws DefinitionException {
    assertThat(
            reach(
                    "budget: {total: 100}\nresource: {kind: POINTS, amount: {random: {min: 2, max:"
                        + " 50}}}",
                    "PUSH")
                .customers())
        .isEqualTo(50);
  }

  @Test
  void whatIsGivenLimitsTooAndWithoutLimitAllAreReached() throws DefinitionException {
    assertThat(reach("resource: {kind: POINTS, total: 7}", "PUSH").customers()).isEqualTo(7);
    assertThat(
            reach("budget: {total: 1}\nresource: {kind: POINTS, amount: 0.5, total: 7}", "PUSH")
                .customers())
        .isEqualTo(2);
    assertThat(reach("budget: {total: 1}", "PUSH").customers()).isEqualTo(Campaign.UNLIMITED);
    assertThat(reach("", "SMS").customers()).isEqualTo(Campaign.UNLIMITED);
  }

  private static Reach reach(String keys, String channel) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    String text =
        POLICY + "kind: campaign\nid: c\ntrigger: {stage: NEW}\nchannels: [SMS]\n" + keys + "\n";
    reader.read("c", text.getBytes(StandardCharsets.UTF_8));
    return Reach.of(
        reader.campaigns().values().iterator().next(), channel, reader.policyFor(null).sending());
  }
}
