package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.definition.Policy;
import dev.nudge.event.DecisionCode;
import dev.nudge.measure.MoneyKey;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Everything that was decided for one tenant, campaign by campaign; also those of which no
 * candidate came, for that is worth knowing before they go live.
 *
 * <p>At most {@value #MAX_CAMPAIGNS} campaigns; the rows of further ones are counted as one.
 */
final class DecisionHistory {
  /** More campaigns than this at a time is nobody's plan. */
  static final int MAX_CAMPAIGNS = 200;

  /** Sends that are told one by one. */
  static final int MAX_SENDS = 12;

  private final Policy policy;
  private final CampaignHistory.Buckets buckets;
  private final Map<String, Long> currencies;
  private final Map<String, CampaignHistory> campaigns = new HashMap<>();
  private final Sends sends = new Sends(MAX_SENDS);
  private final MeasuredHistory unattributed;
  private long rowsOfOthers;
  private long measuresOfOthers;

  /** Nothing decided yet. */
  DecisionHistory(String tenant, Given given, CampaignHistory.Buckets buckets) {
    this.policy = given.policyOf(tenant);
    this.buckets = buckets;
    this.unattributed = new MeasuredHistory(null, buckets);
    this.currencies = given.currencies().getOrDefault(tenant, Map.of());
    given
        .campaignsOf(tenant)
        .forEach(
            (id, campaign) -> {
              if (campaigns.size() < MAX_CAMPAIGNS) {
                campaigns.put(id, new CampaignHistory(id, campaign, policy, buckets));
              }
            });
  }

  /** One more row; they come in order of time. */
  void add(DecisionLine line) {
    CampaignHistory campaign = campaign(line.campaign());
    if (campaign == null) {
      rowsOfOthers++;
      return;
    }
    campaign.add(line);
    if (line.code() == DecisionCode.SENT) {
      sends.add(line);
    }
  }

  /** One more row of a file of measures, added to what is measured of its campaign. */
  void add(MeasuredLine line, BiConsumer<MeasuredHistory, MeasuredLine> adder) {
    if (line.campaign().equals(MoneyKey.UNATTRIBUTED)) {
      adder.accept(unattributed, line);
      return;
    }
    CampaignHistory campaign = campaign(line.campaign());
    if (campaign == null) {
      measuresOfOthers++;
    } else {
      adder.accept(campaign.measured(), line);
    }
  }

  /** The campaign of that id; null if it is one too many. */
  private CampaignHistory campaign(String id) {
    CampaignHistory campaign = campaigns.get(id);
    if (campaign == null && campaigns.size() < MAX_CAMPAIGNS) {
      campaign = new CampaignHistory(id, null, policy, buckets);
      campaigns.put(id, campaign);
    }
    return campaign;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("decisions");
    json.writeNumberField("firstMillis", buckets.firstMillis());
    json.writeNumberField("bucketMillis", buckets.millis());
    json.writeNumberField("buckets", buckets.count());
    json.writeStringField("currency", policy.currency());
    json.writeStringField("zone", policy.zone());
    writeOtherCurrencies(json);
    json.writeNumberField("rowsOfOthers", rowsOfOthers);
    json.writeNumberField("measuresOfOthers", measuresOfOthers);
    json.writeFieldName("unattributed");
    unattributed.write(json);
    json.writeArrayFieldStart("campaigns");
    for (CampaignHistory campaign : mostSentFirst()) {
      campaign.write(json);
    }
    json.writeEndArray();
    sends.write(json);
    json.writeEndObject();
  }

  private List<CampaignHistory> mostSentFirst() {
    return campaigns.entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                    (Map.Entry<String, CampaignHistory> entry) ->
                        entry.getValue().count(DecisionCode.SENT))
                .thenComparingLong(entry -> entry.getValue().candidates())
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Orders in these did not count for any feature. */
  private void writeOtherCurrencies(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("otherCurrencies");
    for (Map.Entry<String, Long> currency : currencies.entrySet()) {
      if (policy.currency() != null && !policy.currency().equals(currency.getKey())) {
        json.writeStartObject();
        json.writeStringField("currency", currency.getKey());
        json.writeNumberField("orders", currency.getValue());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }
}
