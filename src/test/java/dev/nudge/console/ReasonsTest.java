package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of each code, with the values that the checks write and without. */
class ReasonsTest {
  private static final Pattern CHINESE = Pattern.compile("\\p{IsHan}");
  private static final Pattern LEFT_OVER = Pattern.compile("%|null|\\{|\\}|\\?|\\.\\.|。。");

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException wrong) {
      throw new IllegalArgumentException(text, wrong);
    }
  }

  private static Words why(DecisionCode code, String values) {
    return Reasons.why(new Reasons.Row(code.name(), null, null, null, null, null, json(values)));
  }

  @ParameterizedTest
  @EnumSource(DecisionCode.class)
  void everyCodeHasALabelAndASentenceInBothLanguagesEvenWithoutValues(DecisionCode code) {
    Words label = Reasons.label(code.name());
    Words why = why(code, "{}");

    assertThat(label.en()).isNotBlank().isNotEqualTo(code.name()).doesNotContainPattern(CHINESE);
    assertThat(label.zh()).containsPattern(CHINESE);
    assertThat(why.en())
        .endsWith(".")
        .doesNotContain(code.name())
        .doesNotContainPattern(CHINESE)
        .doesNotContainPattern(LEFT_OVER);
    assertThat(why.zh())
        .endsWith("。")
        .doesNotContain(code.name())
        .containsPattern(CHINESE)
        .doesNotContainPattern(LEFT_OVER);
  }

  @Test
  void noTwoCodesAreSaidAlike() {
    List<DecisionCode> codes = Arrays.asList(DecisionCode.values());
    assertThat(codes).extracting(code -> Reasons.label(code.name()).en()).doesNotHaveDuplicates();
    assertThat(codes).extracting(code -> Reasons.label(code.name()).zh()).doesNotHaveDuplicates();
    assertThat(codes).extracting(code -> why(code, "{}").en()).doesNotHaveDuplicates();
    assertThat(codes).extracting(code -> why(code, "{}").zh()).doesNotHaveDuplicates();
  }

  @Test
  void codeOfALaterVersionIsSaidAsItIs() {
    Words why = Reasons.why(new Reasons.Row("TOO_HOT", null, null, null, null, null, json("{}")));
    assertThat(Reasons.label("TOO_HOT")).isEqualTo(new Words("TOO_HOT", "TOO_HOT"));
    assertThat(why).isEqualTo(new Words("Code TOO_HOT.", "代码 TOO_HOT。"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PAUSED | {'paused':'policy'} | The brand had stopped all of its sends. | 该品牌已暂停全部发送。",
        "PAUSED | {'paused':'campaign'} | The campaign was paused. | 该活动已暂停。",
        "CAMPAIGN_INACTIVE | {'deleted':'campaign'} | The campaign had been deleted. | 该活动已被删除。",
        "CAMPAIGN_INACTIVE | {'from':'2026-11-01T00:00:00Z'} | The campaign had not begun; it does at"
            + " 2026-11-01 00:00:00 UTC. | 活动尚未开始，开始时间为 2026-11-01 00:00:00 UTC。",
        "CAMPAIGN_INACTIVE | {'expired':'2026-11-01T00:00:00Z'} | Too late: it had to be decided"
            + " before 2026-11-01 00:00:00 UTC. | 为时已晚：应在 2026-11-01 00:00:00 UTC 之前决策。",
        "AUDIENCE | {'customer.stage':'NEW','customer.orderCount':2} | Not one of those for whom the"
            + " campaign is: customer.stage = NEW, customer.orderCount = 2. |"
            + " 不在该活动的目标人群中：customer.stage = NEW, customer.orderCount = 2。",
        "SUSPECT | {'suspectUntil':'2026-01-12T09:00:00Z'} | A burst of orders made the customer"
            + " suspect until 2026-01-12 09:00:00 UTC. | 集中下单，客户在 2026-01-12 09:00:00 UTC 之前视为可疑。",
        "NO_CONSENT | {'channels':'PUSH, SMS'} | No consent to PUSH, SMS. | 客户未授权 PUSH, SMS。",
        "UNSUBSCRIBED | {'channels':'SMS'} | Unsubscribed from SMS. | 客户已退订 SMS。",
        "REENTRY | {'last':'2026-01-05T09:00:02Z','reentry':'PT168H'} | Was in this campaign at"
            + " 2026-01-05 09:00:02 UTC, and is not again within 7 days. |"
            + " 已于 2026-01-05 09:00:02 UTC 进入该活动，7 天内不再进入。",
        "REENTRY | {'deferredSince':'2026-01-05T09:00:02Z'} | One of this campaign has been waiting"
            + " for the customer since 2026-01-05 09:00:02 UTC. |"
            + " 该活动已有一个候选自 2026-01-05 09:00:02 UTC 起等待此客户。",
        "GROUP_BUSY | {'exclusive':'retention','heldBy':'b','heldUntil':'2026-01-08T09:00:00Z'} |"
            + " The campaign b of the group retention holds the customer until 2026-01-08 09:00:00"
            + " UTC. | 活动 b（互斥组 retention）正占用此客户，至 2026-01-08 09:00:00 UTC。",
        "GROUP_BUSY | {'exclusive':'retention','heldBy':'b'} | The campaign b of the group retention"
            + " holds the customer: one of its candidates waits. |"
            + " 活动 b（互斥组 retention）正占用此客户：其候选正在等待。",
        "OUTSIDE_SLOT | {'zone':'Asia/Shanghai'} | Due outside the campaign's slots, and does not"
            + " wait (Asia/Shanghai). | 到期时不在活动投放时段，且不等待（Asia/Shanghai）。",
        "QUIET_HOURS | {'zone':'Asia/Shanghai'} | Due in quiet hours, and does not wait"
            + " (Asia/Shanghai). | 到期时处于免打扰时段，且不等待（Asia/Shanghai）。",
        "FREQUENCY_CAP | {'cap':{'scope':'CHANNEL','channel':'SMS','window':'PT168H','max':2,"
            + "'sent':2}} | The cap is reached: 2 of 2 SMS within 7 days. |"
            + " 已达频次上限：7 天内 SMS：2/2。",
        "FREQUENCY_CAP | {'cap':{'scope':'ANY','window':'WEEK','max':10,'sent':10}} | The cap is"
            + " reached: 10 of 10 messages in a calendar week. | 已达频次上限：每自然周消息总数：10/10。",
        "FREQUENCY_CAP | {'grantsRemembered':1000} | 1000 grants are remembered of the customer, the"
            + " most that may be. | 此客户留存的发放已达 1000 份，为系统上限。",
        "FREQUENCY_CAP | {'openCandidates':200} | 200 candidates of the customer are open, the most"
            + " that may be. | 此客户未决的候选已达 200 个，为系统上限。",
        "HELD_COUPONS | {'heldCoupons':3,'maxHeldCoupons':3} | Has 3 unused coupons in hand, and may"
            + " have 3. | 手中有 3 张未使用的券，上限为 3 张。",
        "COUPON_TYPE_PERIOD | {'couponType':'C50','cap':{'scope':'COUPON_TYPE','window':'PT1H',"
            + "'max':1,'sent':1}} | The cap of the coupon's type is reached: 1 of 1 coupons of type"
            + " C50 within 1 hour. | 已达该类型券的上限：1 小时内 C50 类型的券：1/1。",
        "COUPON_PER_DAY | {'today':1,'perCustomerPerDay':1} | Got 1 from this campaign today, and"
            + " may get 1 a day. | 当日已从该活动获得 1 份，每日上限为 1 份。",
        "COUPON_PER_CUSTOMER | {'granted':3,'perCustomer':3} | Got 3 from this campaign, and may get"
            + " 3. | 已从该活动获得 3 份，每人上限为 3 份。",
        "MISSING_VALUE | {'missing':'moment.event.storeId'} | The content needs"
            + " moment.event.storeId, which has no value. | 内容需要 moment.event.storeId，但没有值。",
        "BUDGET_EXHAUSTED | {'totalLeft':0} | All that the campaign had to give is granted. |"
            + " 该活动的资源已全部发放。",
        "BUDGET_EXHAUSTED | {'totalLeft':5,'budgetLeft':'0.03'} | 0.03 is left of the campaign's"
            + " budget, which does not pay for it. | 活动预算剩余 0.03，不足以支付。",
        "CANCELLED | {'event':'Order Paid','messageId':'m7'} | Order Paid came before, and made it"
            + " pointless. | 此前发生了 Order Paid，已无必要。",
        "CANCELLED | {'erased':true} | The customer was erased. | 客户数据已被抹除。"
      })
  void sentenceNamesTheValuesThatDecided(DecisionCode code, String values, String en, String zh) {
    assertThat(why(code, values)).isEqualTo(new Words(en, zh));
  }

  @Test
  void whatWasSentNamesChannelAmountAndVariant() {
    Words why = Reasons.why(new Reasons.Row("SENT", null, null, "A", "SMS", "50.00", json("{}")));
    assertThat(why)
        .isEqualTo(new Words("Sent by SMS, with 50.00, variant A.", "已通过 SMS 发送，附 50.00，变体 A。"));
  }

  @Test
  void loserNamesWhoWentFirst() {
    Words why =
        Reasons.why(
            new Reasons.Row("LOWER_PRIORITY", null, "birthday", null, null, null, json("{}")));
    assertThat(why).isEqualTo(new Words("The campaign birthday went first.", "活动 birthday 优先。"));
  }

  @ParameterizedTest
  @EnumSource(DeferReason.class)
  void whoWaitsIsToldForWhatAndUntilWhen(DeferReason reason) {
    String values = "{'zone':'Asia/Shanghai','dueAgain':'2026-01-06T00:00:00Z'}";
    List<String> said = new ArrayList<>();
    for (String value : List.of(values, "{}")) {
      Words why =
          Reasons.why(
              new Reasons.Row("DEFERRED", reason.name(), null, null, null, null, json(value)));
      said.add(why.en());
      said.add(why.zh());
    }
    assertThat(said.get(0))
        .startsWith("Waits for ")
        .endsWith(" (Asia/Shanghai), due again at 2026-01-06 00:00:00 UTC.");
    assertThat(said.get(1)).startsWith("等待").endsWith("，将于 2026-01-06 00:00:00 UTC 再次到期。");
    assertThat(said.get(2)).endsWith(", which comes too late.");
    assertThat(said.get(3)).endsWith("，但届时已过期。");
  }

  @Test
  void whatWasReadIsNamedInWordsAndCapsAreSpelledOut() {
    List<CustomerStory.Reading> read =
        Reasons.read(
            json(
                "{'budgetLeft':'12.50','caps':[{'scope':'ANY','window':'DAY','max':3,'sent':0},"
                    + "{'scope':'CHANNEL','channel':'PUSH','window':'PT90M','max':2,'sent':1}],"
                    + "'customer.tags':{'a':[1]},'last':'2026-01-05T09:00:02Z','reentry':'PT24H'}"));
    assertThat(read)
        .containsExactly(
            new CustomerStory.Reading(
                "budgetLeft", new Words("budget left", "剩余预算"), Words.same("12.50")),
            new CustomerStory.Reading(
                "caps",
                new Words("caps", "频次上限"),
                new Words(
                    "0 of 3 messages in a calendar day, 1 of 2 PUSH within 90 minutes",
                    "每自然日消息总数：0/3，90 分钟内 PUSH：1/2")),
            new CustomerStory.Reading(
                "customer.tags", Words.same("customer.tags"), Words.same("{\"a\":[1]}")),
            new CustomerStory.Reading(
                "last", new Words("last time", "上次时间"), Words.same("2026-01-05 09:00:02 UTC")),
            new CustomerStory.Reading(
                "reentry", new Words("not again within", "重复进入间隔"), new Words("1 day", "1 天")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'cap':{'scope':'ANY'}}",
        "{'cap':'x','caps':'y','last':'never','reentry':'soon','heldUntil':[],'dueAgain':{}}",
        "{'caps':[1,null,{}],'cap':null,'suspectUntil':null,'from':12}"
      })
  void valuesOfAnotherShapeAreSaidSomehow(String values) {
    for (DecisionCode code : DecisionCode.values()) {
      assertThat(why(code, values).en()).endsWith(".");
    }
    assertThat(Reasons.read(json(values))).isNotEmpty();
  }

  @Test
  void percentSignsInNamesAreNamesOnly() {
    assertThat(why(DecisionCode.MISSING_VALUE, "{'missing':'%s%n$'}").en()).contains("%s%n$");
  }
}
