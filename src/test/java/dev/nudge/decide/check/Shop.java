package dev.nudge.decide.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that is known of one tenant: its definitions, what went in and what came out. */
final class Shop {
  final String tenant;
  Facts.Policy policy = new Facts.Policy();
  final Map<String, Facts.Campaign> campaigns = new TreeMap<>();
  final List<JsonNode> profiles = new ArrayList<>();
  final List<JsonNode> orders = new ArrayList<>();
  final List<JsonNode> deliveries = new ArrayList<>();
  final List<JsonNode> clicks = new ArrayList<>();
  final List<JsonNode> moments = new ArrayList<>();
  final List<JsonNode> decisions = new ArrayList<>();
  final List<JsonNode> triggers = new ArrayList<>();

  /** Whether there was a file of deliveries; else every trigger counts as SENT at its decision. */
  boolean hasDeliveries;

  /** The end of the world, epoch milliseconds. */
  long until;

  Shop(String tenant) {
    this.tenant = tenant;
  }

  /** Adds the documents of a YAML text: a policy and campaigns. */
  void define(String yaml) {
    for (Map<String, Object> document : Facts.documents(yaml)) {
      if (document.get("kind").equals("policy")) {
        policy = Facts.policy(document);
      } else {
        Facts.Campaign campaign = Facts.campaign(document);
        campaigns.put(campaign.id, campaign);
      }
    }
  }
}
