package dev.nudge.decide.check;

import java.util.List;

/** A small shop for each rule of section 7, with the rows that are right. */
final class HandMadeShops {
  private static final String TWO =
      """
      kind: campaign
      id: k
      trigger: {anomaly: A}
      priority: 70
      channels: [PUSH]
      %s
      ---
      kind: campaign
      id: j
      trigger: {anomaly: A}
      channels: [PUSH]
      %s
      """;

  private HandMadeShops() {}

  private static HandMadeShop shop(String name, String yaml) {
    return new HandMadeShop(name, yaml);
  }

  private static HandMadeShop withPolicy(String name, String policy, String campaign) {
    return new HandMadeShop(
        name,
        "kind: policy\n"
            + policy
            + "\n---\nkind: campaign\nid: k\ntrigger: {anomaly: A}\n"
            + campaign);
  }

  static List<HandMadeShop> all() {
    return List.of(
        shop("sent at the window's end", "channels: [PUSH]")
            .moment("m1", "10T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT"),
        shop("a window takes what is due up to its end", "channels: [PUSH]")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:00:02Z")
            .moment("m3", "10T09:00:02.001Z")
            .row("m1", "10T09:00:02Z", "SENT")
            .row("m2", "10T09:00:02Z", "LOWER_PRIORITY", "winner=k")
            .row("m3", "10T09:00:04.001Z", "SENT"),
        shop("delay makes it due later", "channels: [PUSH]\ndelay: 10 min")
            .moment("m1", "10T09:00:00Z")
            .rowOf("m1", "k", "10T09:10:00Z", "10T09:10:02Z", "SENT"),
        shop("the higher priority wins", TWO.formatted("", ""))
            .moment("m1", "10T09:00:00Z")
            .rowOf("m1", "k", "10T09:00:00Z", "10T09:00:02Z", "SENT")
            .rowOf("m1", "j", "10T09:00:00Z", "10T09:00:02Z", "LOWER_PRIORITY", "winner=k"),
        shop(
                "who fails a later check gives way",
                TWO.formatted("budget: {total: 0}\ncost: {model: CPC, price: 1}", ""))
            .moment("m1", "10T09:00:00Z")
            .rowOf("m1", "k", "10T09:00:00Z", "10T09:00:02Z", "BUDGET_EXHAUSTED")
            .rowOf("m1", "j", "10T09:00:00Z", "10T09:00:02Z", "SENT"),
        shop("paused", "channels: [PUSH]\npaused: true")
            .moment("m1", "10T09:00:00Z")
            .row("m1", "10T09:00:02Z", "PAUSED"),
        shop(
                "inactive at the end of active",
                "channels: [PUSH]\nactive: {to: 2026-03-10T09:00:02Z}")
            .moment("m1", "10T09:00:00Z")
            .moment("m0", "10T08:59:00Z")
            .row("m0", "10T08:59:02Z", "SENT")
            .row("m1", "10T09:00:02Z", "CAMPAIGN_INACTIVE"),
        shop("first decided late", "channels: [PUSH]\ndelay: 7 days")
            .moment("m1", "10T09:00:00Z")
            .rowOf("m1", "k", "17T09:00:00Z", "17T09:00:02Z", "CAMPAIGN_INACTIVE"),
        shop(
                "audience",
                "channels: [PUSH]\naudience: \"customer.orderCount >= 2 && customer.heldCoupons == 0\"")
            .moment("m1", "10T09:00:00Z", "{'customer': {'orderCount': 1}}")
            .moment("m2", "10T09:10:00Z", "{'customer': {'orderCount': 2}}")
            .row("m1", "10T09:00:02Z", "AUDIENCE")
            .row("m2", "10T09:10:02Z", "SENT"),
        shop("suspect for seven days from the burst on", "channels: [PUSH]")
            .moment("b", "10T09:00:00Z", "{'kind': 'ORDER_BURST'}")
            .moment("m1", "10T08:59:57.999Z")
            .moment("m2", "10T09:00:00Z")
            .moment("m3", "17T08:59:57.999Z")
            .moment("m4", "17T09:00:00Z")
            .row("m1", "10T08:59:59.999Z", "SENT")
            .row("m2", "10T09:00:02Z", "SUSPECT")
            .row("m3", "17T08:59:59.999Z", "SUSPECT")
            .row("m4", "17T09:00:02Z", "SENT"),
        shop("no consent", "channels: [PUSH, SMS]")
            .profile("09T00:00:00Z", "{'consents': {'PUSH': false}}")
            .profile("11T00:00:00Z", "{'consents': {'SMS': false}}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT", "channel=SMS")
            .row("m2", "11T09:00:02Z", "NO_CONSENT"),
        shop("unsubscribed", "channels: [PUSH, SMS]")
            .withDeliveries()
            .profile("09T00:00:00Z", "{'consents': {'SMS': false}}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .delivery("10T10:00:00Z", "{'status': 'UNSUBSCRIBED', 'channel': 'PUSH'}")
            .row("m1", "10T09:00:02Z", "SENT")
            .row("m2", "11T09:00:02Z", "UNSUBSCRIBED"),
        shop("re-entry to the millisecond", "channels: [PUSH]\nreentry: 1 days")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T08:59:59.999Z")
            .moment("m3", "11T09:00:02Z")
            .row("m1", "10T09:00:02Z", "SENT")
            .row("m2", "11T09:00:01.999Z", "REENTRY")
            .row("m3", "11T09:00:04Z", "SENT"),
        shop(
                "a group is busy until the window ends or the goal is reached",
                TWO.formatted(
                    "exclusive: g\nconversion: {goal: Order Paid, windows: [1 days]}",
                    "exclusive: g\ndelay: 1 h\nconversion: {goal: Order Paid, windows: [1 days]}"))
            .order("12T09:30:00Z", "o1", "PAID")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "12T09:00:00Z")
            .rowOf("m1", "k", "10T09:00:00Z", "10T09:00:02Z", "SENT")
            .rowOf("m1", "j", "10T10:00:00Z", "10T10:00:02Z", "GROUP_BUSY")
            .rowOf("m2", "k", "12T09:00:00Z", "12T09:00:02Z", "SENT")
            .rowOf("m2", "j", "12T10:00:00Z", "12T10:00:02Z", "SENT"),
        withPolicy(
                "quiet hours of the customer's clock, put off over the change of the clock",
                "zone: Asia/Shanghai\nquietHours: {from: \"22:00\", to: \"08:00\"}",
                "channels: [PUSH]")
            .profile("09T00:00:00Z", "{'attributes': {'timezone': 'Europe/Berlin'}}")
            .moment("m1", "28T23:00:00Z")
            .row("m1", "28T23:00:02Z", "DEFERRED", "reason=QUIET_HOURS")
            .rowOf("m1", "k", "29T06:00:00Z", "29T06:00:02Z", "SENT"),
        withPolicy(
                "outside of a slot, dropped, before quiet hours",
                "quietHours: {from: \"08:00\", to: \"10:00\"}",
                "channels: [PUSH]\nslots: [{days: MON-FRI, from: \"09:30\", to: \"12:00\"}]\noutsideSlot: DROP")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:40:00Z")
            .moment("m3", "10T11:59:57.999Z")
            .moment("m4", "10T11:59:58Z", "{'customerId': 'bert'}")
            .row("m1", "10T09:00:02Z", "OUTSIDE_SLOT")
            .row("m2", "10T09:40:02Z", "QUIET_HOURS")
            .row("m3", "10T11:59:59.999Z", "SENT")
            .row("m4", "10T12:00:00Z", "OUTSIDE_SLOT"),
        withPolicy(
                "quiet hours spare the page",
                "quietHours: {from: \"08:00\", to: \"10:00\"}",
                "channels: [PUSH, ON_PAGE]")
            .moment("m1", "10T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT", "channel=ON_PAGE"),
        withPolicy(
                "a rolling cap of a channel to the millisecond, another channel goes on",
                "caps: [{scope: CHANNEL, channel: PUSH, max: 1, window: {rolling: 1 h}}, {scope: ANY, max: 2, window: {rolling: 1 h}}]",
                "channels: [PUSH, SMS]")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:30:00Z")
            .moment("m3", "10T09:59:59.999Z")
            .moment("m4", "10T10:00:02Z")
            .row("m1", "10T09:00:02Z", "SENT")
            .row("m2", "10T09:30:02Z", "SENT", "channel=SMS")
            .row("m3", "10T10:00:01.999Z", "FREQUENCY_CAP")
            .row("m4", "10T10:00:04Z", "SENT"),
        withPolicy(
                "a cap of the calendar in the tenant's zone",
                "zone: Asia/Shanghai\ncaps: [{scope: ANY, max: 1, window: {calendar: DAY}, counts: MARKETING}]",
                "channels: [PUSH]")
            .moment("m1", "10T15:00:00Z")
            .moment("m2", "10T15:59:57.999Z")
            .moment("m3", "10T15:59:58.500Z")
            .row("m1", "10T15:00:02Z", "SENT")
            .row("m2", "10T15:59:59.999Z", "FREQUENCY_CAP")
            .rowOf("m3", "k", "10T15:59:58.500Z", "10T15:59:59.999Z", "FREQUENCY_CAP"),
        withPolicy(
                "held coupons until they expire",
                "heldCoupons: 1",
                "channels: [PUSH]\nresource: {kind: COUPON, type: C, amount: 5, validFor: 1 h}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:59:59.999Z")
            .moment("m3", "10T10:00:02Z")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "10T10:00:01.999Z", "HELD_COUPONS")
            .row("m3", "10T10:00:04Z", "SENT", "amount=5.0000"),
        withPolicy(
                "a coupon's type has a period",
                "caps: [{scope: COUPON_TYPE, max: 1, window: {rolling: 7 days}}]",
                "channels: [PUSH]\nresource: {kind: COUPON, type: C, amount: 5, validFor: 1 h}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "11T09:00:02Z", "COUPON_TYPE_PERIOD"),
        shop(
                "one a day of the customer's zone, two in all",
                "channels: [PUSH]\nresource: {kind: GIFT, type: G, amount: 5, perCustomer: 2, perCustomerPerDay: 1}")
            .profile("09T00:00:00Z", "{'attributes': {'timezone': 'America/New_York'}}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T03:59:57.999Z")
            .moment("m3", "11T04:00:00Z")
            .moment("m4", "12T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "11T03:59:59.999Z", "COUPON_PER_DAY")
            .row("m3", "11T04:00:02Z", "SENT", "amount=5.0000")
            .row("m4", "12T09:00:02Z", "COUPON_PER_CUSTOMER"),
        shop(
                "a value is missing",
                "channels: [PUSH]\nvariants: [{id: A, content: {title: \"In ${customer.city}\"}}]")
            .moment("m1", "10T09:00:00Z")
            .row("m1", "10T09:00:02Z", "MISSING_VALUE"),
        shop(
                "a total is usable to the last, and what lapsed comes back",
                "channels: [PUSH]\nresource: {kind: COUPON, type: C, amount: 5, total: 1, claim: {within: 2 h}}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T10:59:59.999Z", "{'customerId': 'bert'}")
            .moment("m3", "10T11:00:00Z", "{'customerId': 'carl'}")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "10T11:00:01.999Z", "BUDGET_EXHAUSTED")
            .row("m3", "10T11:00:02Z", "SENT", "amount=5.0000"),
        shop(
                "a budget a day, of the smallest customer's id first",
                "channels: [PUSH]\nbudget: {perDay: 1}\ncost: {model: PER_SEND, price: 0.6}")
            .moment("m1", "10T09:00:00Z", "{'customerId': 'bert'}")
            .moment("m2", "10T09:00:00Z")
            .moment("m3", "11T09:00:00Z")
            .row("m2", "10T09:00:02Z", "SENT")
            .row("m1", "10T09:00:02Z", "BUDGET_EXHAUSTED")
            .row("m3", "11T09:00:02Z", "SENT"),
        withPolicy("the global control", "globalControl: 100", "channels: [PUSH]\ncontrol: 100")
            .moment("m1", "10T09:00:00Z")
            .row("m1", "10T09:00:02Z", "GLOBAL_CONTROL"),
        withPolicy(
                "service knows no global control, but control",
                "globalControl: 100",
                "purpose: SERVICE\nchannels: [PUSH]\ncontrol: 100\nreentry: 1 h")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:30:00Z")
            .row("m1", "10T09:00:02Z", "CONTROL")
            .row("m2", "10T09:30:02Z", "REENTRY"),
        shop(
                "cancelled by the decision's instant",
                "channels: [PUSH]\ndelay: 1 h\ncancelOn: [Order Paid, Product Added]")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .click("10T10:00:02Z", "add_to_cart")
            .order("11T09:00:00Z", "o1", "PAID")
            .rowOf("m1", "k", "10T10:00:00Z", "10T10:00:02Z", "CANCELLED")
            .rowOf("m2", "k", "11T10:00:00Z", "11T10:00:02Z", "SENT"),
        shop(
                "put off until it expires, and blocks its re-entry",
                "channels: [PUSH]\nreentry: 1 h\nslots: [{days: SUN}]\nactive: {to: 2026-03-13T00:00:00Z}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .row("m1", "10T09:00:02Z", "DEFERRED", "reason=OUTSIDE_SLOT")
            .row("m2", "11T09:00:02Z", "REENTRY")
            .rowOf("m1", "k", "15T00:00:00Z", "13T00:00:00Z", "EXPIRED"),
        shop("open at the end", "channels: [PUSH]\ndelay: 1 h")
            .until("10T10:00:01.999Z")
            .moment("m1", "10T09:00:00Z")
            .rowOf("m1", "k", "10T10:00:00Z", "10T10:00:01.999Z", "OPEN_AT_END"),
        shop(
                "a failed delivery takes the next channel, and then frees",
                "channels: [PUSH, SMS]\nreentry: 1 days")
            .withDeliveries()
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:20:00Z")
            .moment("m3", "10T09:40:00Z")
            .delivery("10T09:10:00Z", "{'status': 'FAILED', 'triggerId': 'TRIGGER(m1, k, PUSH)'}")
            .delivery("10T09:30:00Z", "{'status': 'FAILED', 'triggerId': 'TRIGGER(m1, k, SMS)'}")
            .row("m1", "10T09:00:02Z", "SENT")
            .nextTrigger("m1", "k", "SMS", "10T09:10:00Z")
            .row("m2", "10T09:20:02Z", "REENTRY")
            .row("m3", "10T09:40:02Z", "SENT"),
        shop("a failed delivery stops", "channels: [PUSH, SMS]\nonFailed: STOP\nexclusive: g")
            .withDeliveries()
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:20:00Z")
            .delivery("10T09:10:00Z", "{'status': 'FAILED', 'triggerId': 'TRIGGER(m1, k, PUSH)'}")
            .row("m1", "10T09:00:02Z", "SENT")
            .row("m2", "10T09:20:02Z", "SENT"),
        shop(
                "without a receipt the coupon comes back after an hour, at the hour it does not",
                "channels: [PUSH]\nresource: {kind: COUPON, type: C, amount: 5, total: 1}")
            .withDeliveries()
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "10T09:59:59.999Z", "{'customerId': 'bert'}")
            .moment("m3", "10T10:00:00Z", "{'customerId': 'carl'}")
            .moment("m4", "10T11:00:05Z")
            .delivery(
                "10T11:00:02Z",
                "{'customerId': 'carl', 'status': 'SENT', 'triggerId': 'TRIGGER(m3, k, PUSH)'}")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "10T10:00:01.999Z", "BUDGET_EXHAUSTED")
            .row("m3", "10T10:00:02Z", "SENT", "amount=5.0000")
            .row("m4", "10T11:00:07Z", "BUDGET_EXHAUSTED"),
        shop(
                "a scheduled push waits for the winner",
                """
                kind: campaign
                id: k
                trigger: {schedule: "2026-03-10T09:00Z"}
                channels: [PUSH]
                variants: [{id: A, weight: 100, content: {t: x}}, {id: B, weight: 0, content: {t: x}}]
                experiment: {explore: 0.01, decideAfter: 2 h}
                """)
            .moment("m1", "10T09:00:00Z", "{'kind': 'k'}")
            .row("m1", "10T09:00:02Z", "DEFERRED", "reason=WAITS_FOR_WINNER")
            .rowOf("m1", "k", "10T11:00:00Z", "10T11:00:02Z", "SENT"),
        shop(
                "diminishing counts what was held",
                "channels: [PUSH]\nresource: {kind: COUPON, type: C, amount: 5, validFor: 1 h, diminishing: {ratios: [1.0, 0.333], then: 0.5}}")
            .moment("m1", "10T09:00:00Z")
            .moment("m2", "11T09:00:00Z")
            .moment("m3", "12T09:00:00Z")
            .row("m1", "10T09:00:02Z", "SENT", "amount=5.0000")
            .row("m2", "11T09:00:02Z", "SENT", "amount=1.6600")
            .row("m3", "12T09:00:02Z", "SENT", "amount=0.5000"));
  }
}
