package dev.nudge.decide;

import dev.nudge.definition.AnomalyPolicy;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.Policy;
import dev.nudge.event.CodePoints;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Profile;
import dev.nudge.event.Trigger;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Takes one shard of a tenant through time: candidates, windows, decisions.
 *
 * <p>At one instant: events, then moments, then what ends, then decisions. The first due candidate
 * of a customer opens a window; at its end all that is due by then is checked, and at most one is
 * sent. Example, with windows of 2 s: Anna's cart is abandoned at 10:00:00 and she becomes DORMANT
 * at 10:00:01; at 10:00:02 the campaign of the higher priority is sent, the other one gets
 * LOWER_PRIORITY.
 */
final class TenantDecider {
  private static final String ORDER_BURST = "ORDER_BURST";
  private static final String SUSPECT_DAYS = "suspectDays";
  private static final long DEFAULT_SUSPECT_DAYS = 7;
  private static final long DAY_MILLIS = 86_400_000L;

  /** Where customers are found. */
  interface Recipients {
    /** A customer; one of whom nothing is known is made. What is changed in it stays. */
    Recipient of(String customerId) throws IOException;
  }

  /** Who hears of decisions. */
  interface Listener {
    /** A row. */
    void decided(Decision decision);

    /** A send. */
    void triggered(Trigger trigger);

    /** An audience that could not be evaluated. */
    void failed(EvaluationException failure);
  }

  /**
   * When something of a customer is due.
   *
   * @param atMillis the instant
   * @param customerId the customer
   */
  record Due(long atMillis, String customerId) {
    static final Comparator<Due> ORDER =
        Comparator.comparingLong(Due::atMillis).thenComparing(Due::customerId, CodePoints.ORDER);
  }

  private final TenantShard key;
  private final DecideConfig config;
  private final Playbook playbook;
  private final Recipients recipients;
  private final Listener listener;
  private final Checks checks;
  private final Grants grants;
  private final Crowd crowd;
  private final PriorityQueue<Due> agenda = new PriorityQueue<>(Due.ORDER);
  private final List<Attempt> sharing = new ArrayList<>();

  TenantDecider(
      TenantShard key,
      DecideConfig config,
      Playbook playbook,
      Totals totals,
      Notes notes,
      Recipients recipients,
      Listener listener) {
    this.key = key;
    this.config = config;
    this.playbook = playbook;
    this.recipients = recipients;
    this.listener = listener;
    Caps caps = new Caps();
    this.checks = new Checks(config, key.shard(), playbook, totals, caps, listener::failed);
    this.grants = new Grants(key.tenant(), config, totals, checks, caps);
    this.crowd = new Crowd(key.tenant(), playbook, notes);
  }

  /** Something of a customer is due at that instant, or was before. */
  void due(Due due) {
    agenda.add(due);
  }

  /**
   * Lives through everything up to an instant.
   *
   * @param inputs in the total order
   */
  void advance(List<DecideInput> inputs, long upToMillis) throws IOException {
    int next = 0;
    while (true) {
      long atMillis = next < inputs.size() ? inputs.get(next).atMillis() : Recipient.NEVER;
      if (!agenda.isEmpty()) {
        atMillis = Math.min(atMillis, agenda.peek().atMillis());
      }
      if (atMillis == Recipient.NEVER || atMillis > upToMillis) {
        crowd.write();
        return;
      }
      while (next < inputs.size() && inputs.get(next).atMillis() == atMillis) {
        take(inputs.get(next++), atMillis, upToMillis);
      }
      passInstant(atMillis, upToMillis);
    }
  }

  private void take(DecideInput input, long atMillis, long upToMillis) throws IOException {
    CustomerEvent event = input.event();
    if (event != null) {
      crowd.take(event);
      if (!concerns(event)) {
        return;
      }
    }
    Recipient recipient = recipients.of(input.customerId());
    if (event != null) {
      onEvent(recipient, event);
      plan(recipient, dueMillis(recipient, atMillis), atMillis, upToMillis);
    } else {
      KeptMoment moment = input.moment().kept();
      crowd.take(moment.get());
      onMoment(recipient, moment);
      // A moment moves no grant.
      plan(recipient, candidatesDueMillis(recipient), atMillis, upToMillis);
    }
  }

  /** Most clicks concern nobody, and are not worth a look at the customer. */
  private boolean concerns(CustomerEvent event) {
    return event.profile() != null
        || event.delivery() != null
        || playbook.isNamed(key.tenant(), Occurrence.nameOf(event));
  }

  /** When a customer is due next; {@link Recipient#NEVER} if nothing is. */
  long dueMillis(Recipient recipient, long atMillis) {
    return Math.min(candidatesDueMillis(recipient), grants.dueMillis(recipient, policy(atMillis)));
  }

  private static long candidatesDueMillis(Recipient recipient) {
    long due = recipient.windowEndMillis;
    for (Candidate candidate : recipient.candidates) {
      if (recipient.windowEndMillis == Recipient.NEVER) {
        due = Math.min(due, candidate.dueMillis);
      }
      if (candidate.isDeferred()) {
        due = Math.min(due, candidate.expiresMillis);
      }
    }
    if (recipient.suspectUntilMillis != Long.MIN_VALUE) {
      due = Math.min(due, recipient.suspectUntilMillis);
    }
    return due;
  }

  private void plan(Recipient recipient, long atMillis, long upToMillis) {
    plan(recipient, dueMillis(recipient, atMillis), atMillis, upToMillis);
  }

  private void plan(Recipient recipient, long due, long atMillis, long upToMillis) {
    if (due <= upToMillis) {
      agenda.add(new Due(Math.max(due, atMillis), recipient.customerId));
    }
  }

  private Policy policy(long atMillis) {
    return playbook.at(key.tenant(), atMillis).policy();
  }

  private static ZoneId zone(Recipient recipient, Policy policy) {
    return ZoneId.of(recipient.zone != null ? recipient.zone : policy.zone());
  }

  // Events.

  private void onEvent(Recipient recipient, CustomerEvent event) {
    if (event.profile() != null) {
      onProfile(recipient, event.profile(), event.atMillis());
      return;
    }
    if (event.delivery() != null) {
      Policy policy = policy(event.atMillis());
      Trigger trigger =
          grants.delivered(
              recipient,
              event.delivery(),
              event.atMillis(),
              playbook,
              policy,
              zone(recipient, policy));
      if (trigger != null) {
        listener.triggered(trigger);
      }
    }
    String name = Occurrence.nameOf(event);
    Grants.reached(recipient, name, event.atMillis());
    for (Candidate candidate : List.copyOf(recipient.candidates)) {
      RunningCampaign running = version(candidate);
      if (event.atMillis() > candidate.momentMillis
          && running != null
          && running.campaign().cancelOn().contains(name)) {
        Map<String, Value> values = new TreeMap<>();
        values.put("event", Value.string(name));
        values.put("messageId", Value.string(event.messageId()));
        end(recipient, candidate, DecisionCode.CANCELLED, event.atMillis(), values);
      }
    }
  }

  private void onProfile(Recipient recipient, Profile profile, long atMillis) {
    if (profile.erased()) {
      for (Candidate candidate : List.copyOf(recipient.candidates)) {
        Map<String, Value> values =
            Map.of("erased", new Value(Value.Type.BOOLEAN, Boolean.toString(true)));
        end(recipient, candidate, DecisionCode.CANCELLED, atMillis, values);
      }
      grants.erase(recipient);
      recipient.erase();
      return;
    }
    new TreeMap<>(profile.consents())
        .forEach(
            (channel, given) -> {
              if (recipient.consents.containsKey(channel)
                  || recipient.consents.size() < Recipient.MAX_CHANNELS) {
                recipient.consents.put(channel, given);
              }
              if (given) {
                recipient.unsubscribed.remove(channel);
              }
            });
    Value zone = profile.attributes().get("timezone");
    if (zone != null) {
      recipient.zone = known(zone.text());
    }
  }

  /** A zone that is none is as good as not said. */
  private static String known(String zone) {
    try {
      return ZoneId.of(zone).getId();
    } catch (DateTimeException unknown) {
      return null;
    }
  }

  // Moments.

  private void onMoment(Recipient recipient, KeptMoment kept) {
    Moment moment = kept.get();
    Playbook.Standing standing = playbook.at(key.tenant(), moment.atMillis());
    if (moment.kind().equals(ORDER_BURST) && moment.anomaly() != null) {
      recipient.suspectUntilMillis =
          Math.max(
              recipient.suspectUntilMillis,
              moment.atMillis() + suspectDays(standing.policy()) * DAY_MILLIS);
    }
    for (RunningCampaign running : standing.triggeredBy(moment)) {
      open(recipient, running, kept, moment.atMillis() + running.campaign().delayMillis());
    }
  }

  private void open(Recipient recipient, RunningCampaign running, KeptMoment kept, long dueMillis) {
    Moment moment = kept.get();
    Campaign campaign = running.campaign();
    long expires =
        Math.min(campaign.active().toMillis(), moment.atMillis() + Candidate.PATIENCE_MILLIS);
    Candidate candidate =
        new Candidate(
            running.id(),
            running.version(),
            running.effectiveAtMillis(),
            campaign.priority(),
            campaign.exclusive(),
            moment.id(),
            moment.atMillis(),
            dueMillis,
            expires);
    open(recipient, candidate, kept);
  }

  private void open(Recipient recipient, Candidate candidate, KeptMoment kept) {
    for (Candidate other : recipient.candidates) {
      if (other.campaign.equals(candidate.campaign) && other.momentId.equals(candidate.momentId)) {
        return;
      }
    }
    if (recipient.candidates.size() >= Recipient.MAX_CANDIDATES) {
      Map<String, Value> values =
          Map.of("openCandidates", Value.number(Integer.toString(Recipient.MAX_CANDIDATES)));
      tell(recipient, candidate, DecisionCode.FREQUENCY_CAP, candidate.momentMillis, values);
      return;
    }
    recipient.candidates.add(candidate);
    recipient.moments.put(candidate.momentId, kept);
  }

  private static long suspectDays(Policy policy) {
    AnomalyPolicy burst = policy.anomalies().get(ORDER_BURST);
    Value days = burst == null ? null : burst.params().get(SUSPECT_DAYS);
    BigDecimal number = days == null ? null : days.decimal();
    return number == null ? DEFAULT_SUSPECT_DAYS : number.longValue();
  }

  // What ends, and decisions.

  private void passInstant(long atMillis, long upToMillis) throws IOException {
    TreeSet<String> customers = new TreeSet<>(CodePoints.ORDER);
    while (!agenda.isEmpty() && agenda.peek().atMillis() <= atMillis) {
      customers.add(agenda.poll().customerId());
    }
    List<Window> windows = new ArrayList<>();
    for (String customer : customers) {
      Recipient recipient = recipients.of(customer);
      ends(recipient, atMillis);
      wake(recipient, atMillis);
      openWindow(recipient, atMillis);
      if (recipient.windowEndMillis <= atMillis) {
        windows.add(new Window(recipient.customerId, recipient.window));
      } else {
        plan(recipient, atMillis, upToMillis);
      }
    }
    windows.sort(Window.ORDER);
    for (Window window : windows) {
      Recipient recipient = recipients.of(window.customerId());
      decide(recipient, atMillis);
      // What has just been sent may be over already.
      ends(recipient, atMillis);
      plan(recipient, atMillis, upToMillis);
    }
    for (Attempt attempt : sharing) {
      share(attempt, atMillis, upToMillis);
    }
    sharing.clear();
  }

  /** Whoever is like the customer is a candidate too, now that the instant's windows are over. */
  private void share(Attempt attempt, long atMillis, long upToMillis) throws IOException {
    for (Map.Entry<String, Map<String, Value>> peer : crowd.peersOf(attempt).entrySet()) {
      Recipient recipient = recipients.of(peer.getKey());
      Moment moment = Moment.similar(attempt.moment, peer.getKey(), atMillis, peer.getValue());
      open(recipient, attempt.running, new KeptMoment(moment), atMillis);
      plan(recipient, atMillis, upToMillis);
    }
  }

  /** A window that ends, and by what it comes before others. */
  private record Window(String customerId, Recipient.WindowKey first) {
    static final Comparator<Window> ORDER =
        Comparator.<Window>comparingLong(window -> window.first().dueMillis())
            .thenComparingInt(window -> -window.first().priority())
            .thenComparing(window -> window.first().campaign(), CodePoints.ORDER)
            .thenComparing(Window::customerId, CodePoints.ORDER)
            .thenComparing(window -> window.first().momentId(), CodePoints.ORDER);
  }

  private void ends(Recipient recipient, long atMillis) {
    grants.ends(recipient, atMillis, policy(atMillis));
    for (Candidate candidate : List.copyOf(recipient.candidates)) {
      if (candidate.isDeferred() && candidate.expiresMillis <= atMillis) {
        end(recipient, candidate, DecisionCode.EXPIRED, atMillis, Map.of());
      }
    }
    if (recipient.suspectUntilMillis <= atMillis) {
      recipient.suspectUntilMillis = Long.MIN_VALUE;
    }
    recipient.counts.keySet().removeIf(campaign -> !playbook.knows(key.tenant(), campaign));
  }

  /** Who waited for a result that is there now. */
  private void wake(Recipient recipient, long atMillis) {
    for (Candidate candidate : recipient.candidates) {
      if (candidate.dueMillis == Candidate.WITH_THE_RESULT
          && checks.resultFor(key.tenant(), candidate, atMillis) != null) {
        candidate.dueMillis = atMillis;
      }
    }
  }

  private void openWindow(Recipient recipient, long atMillis) {
    if (recipient.windowEndMillis != Recipient.NEVER) {
      return;
    }
    Candidate first = null;
    for (Candidate candidate : recipient.candidates) {
      if (candidate.dueMillis <= atMillis
          && (first == null || Candidate.FIRST_DUE.compare(candidate, first) < 0)) {
        first = candidate;
      }
    }
    if (first != null) {
      recipient.windowEndMillis = first.dueMillis + config.arbitrationMillis();
      recipient.window =
          new Recipient.WindowKey(first.dueMillis, first.priority, first.campaign, first.momentId);
    }
  }

  private void decide(Recipient recipient, long atMillis) throws IOException {
    recipient.windowEndMillis = Recipient.NEVER;
    recipient.window = null;
    Playbook.Standing standing = playbook.at(key.tenant(), atMillis);
    ZoneId zone = zone(recipient, standing.policy());
    List<Candidate> due = new ArrayList<>();
    for (Candidate candidate : recipient.candidates) {
      if (candidate.dueMillis <= atMillis) {
        due.add(candidate);
      }
    }
    due.sort(Candidate.BEST_FIRST);
    List<Attempt> competing = new ArrayList<>();
    List<Attempt> failed = new ArrayList<>();
    for (Candidate candidate : due) {
      Attempt attempt =
          new Attempt(
              key.tenant(),
              recipient,
              candidate,
              version(candidate),
              standing.policy(),
              zone,
              atMillis);
      boolean passes = checks.alone(attempt, standing.byId().get(candidate.campaign));
      (passes ? competing : failed).add(attempt);
      if (isShared(attempt)) {
        sharing.add(attempt);
      }
    }
    // Only now: none of them frees or holds the customer for another one of the same window.
    failed.forEach(this::end);
    Attempt winner = null;
    for (Attempt attempt : competing) {
      if (winner != null) {
        attempt.fail(DecisionCode.LOWER_PRIORITY);
        lose(attempt, winner);
      } else if (checks.further(attempt)) {
        send(attempt);
        winner = attempt;
      } else if (attempt.code == DecisionCode.CONTROL) {
        holdBack(attempt);
        winner = attempt;
      } else if (attempt.code == DecisionCode.DEFERRED) {
        putOff(attempt);
        winner = attempt;
      } else {
        end(attempt);
      }
    }
  }

  /** Whether the audience was asked, and meant the customer; what is shared is not shared again. */
  private static boolean isShared(Attempt attempt) {
    return attempt.code != DecisionCode.PAUSED
        && attempt.code != DecisionCode.CAMPAIGN_INACTIVE
        && attempt.code != DecisionCode.AUDIENCE
        && attempt.campaign().similar() != null
        && attempt.moment.similarTo() == null
        && !attempt.candidate.isDeferred();
  }

  private void send(Attempt attempt) throws IOException {
    Recipient recipient = attempt.recipient;
    Grant grant = grants.open(attempt, false);
    grant.recommendations = crowd.recommend(attempt);
    Trigger trigger =
        grants.trigger(grant, recipient, attempt.policy, attempt.content, attempt.resource);
    tell(
        attempt,
        null,
        attempt.variant.id(),
        trigger.channel(),
        attempt.resource == null ? null : (Long) attempt.resource.amountUnits(),
        trigger.id(),
        trigger.grantId());
    if (grant.content == null) {
      // No other channel will be tried, so nobody asks for them again.
      grant.recommendations = List.of();
    }
    recipient.remove(attempt.candidate);
    listener.triggered(trigger);
  }

  private void holdBack(Attempt attempt) {
    Grant grant = grants.open(attempt, true);
    tell(
        attempt,
        null,
        Decision.CONTROL,
        null,
        null,
        null,
        grants.grantId(grant, attempt.recipient));
    attempt.recipient.remove(attempt.candidate);
  }

  private void putOff(Attempt attempt) {
    tell(attempt, null, null, null, null, null, null);
    Candidate candidate = attempt.candidate;
    if (!candidate.isDeferred()) {
      candidate.deferredMillis = attempt.atMillis;
    }
    candidate.dueMillis = attempt.dueAgainMillis;
  }

  private void lose(Attempt attempt, Attempt winner) {
    tell(attempt, winner.candidate.campaign, null, null, null, null, null);
    attempt.recipient.remove(attempt.candidate);
  }

  private void end(Attempt attempt) {
    tell(attempt, null, null, null, null, null, null);
    attempt.recipient.remove(attempt.candidate);
  }

  private void end(
      Recipient recipient,
      Candidate candidate,
      DecisionCode code,
      long atMillis,
      Map<String, Value> values) {
    tell(recipient, candidate, code, atMillis, values);
    recipient.remove(candidate);
  }

  /** The world ends: what is open says so. */
  void endOfTime(Recipient recipient, long atMillis) {
    List<Candidate> open = new ArrayList<>(recipient.candidates);
    open.sort(Candidate.BEST_FIRST);
    for (Candidate candidate : open) {
      end(recipient, candidate, DecisionCode.OPEN_AT_END, atMillis, Map.of());
    }
    recipient.windowEndMillis = Recipient.NEVER;
    recipient.window = null;
  }

  private RunningCampaign version(Candidate candidate) {
    return playbook.version(
        key.tenant(), candidate.campaign, candidate.version, candidate.effectiveAtMillis);
  }

  private void tell(
      Recipient recipient,
      Candidate candidate,
      DecisionCode code,
      long atMillis,
      Map<String, Value> values) {
    listener.decided(
        new Decision(
            decisionId(recipient, candidate, code, atMillis),
            key.tenant(),
            recipient.customerId,
            candidate.campaign,
            candidate.version,
            candidate.momentId,
            dueOf(candidate),
            atMillis,
            code,
            null,
            values,
            null,
            null,
            null,
            null,
            null,
            null));
  }

  private void tell(
      Attempt attempt,
      String winner,
      String variant,
      String channel,
      Long amountUnits,
      String triggerId,
      String grantId) {
    Candidate candidate = attempt.candidate;
    listener.decided(
        new Decision(
            decisionId(attempt.recipient, candidate, attempt.code, attempt.atMillis),
            key.tenant(),
            attempt.recipient.customerId,
            candidate.campaign,
            candidate.version,
            candidate.momentId,
            dueOf(candidate),
            attempt.atMillis,
            attempt.code,
            attempt.reason,
            attempt.values,
            winner,
            variant,
            channel,
            amountUnits,
            triggerId,
            grantId));
  }

  private String decisionId(
      Recipient recipient, Candidate candidate, DecisionCode code, long atMillis) {
    return Decision.id(
        key.tenant(),
        candidate.campaign,
        candidate.version,
        recipient.customerId,
        candidate.momentId,
        code,
        atMillis);
  }

  /** One that only waits, to expire or for a result, is due when it expires. */
  private static long dueOf(Candidate candidate) {
    return candidate.dueMillis >= Candidate.WITH_THE_RESULT
        ? candidate.expiresMillis
        : candidate.dueMillis;
  }
}
