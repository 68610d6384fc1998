package dev.nudge;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.nudge.decide.DecideConfig;
import dev.nudge.decide.DecideTopology;
import dev.nudge.definition.Budget;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Claim;
import dev.nudge.definition.Conversion;
import dev.nudge.definition.Diminishing;
import dev.nudge.definition.Phase;
import dev.nudge.definition.Phases;
import dev.nudge.definition.Problem;
import dev.nudge.definition.Reach;
import dev.nudge.definition.Recommend;
import dev.nudge.definition.Resource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.definition.Similar;
import dev.nudge.definition.Slot;
import dev.nudge.definition.Span;
import dev.nudge.definition.Targets;
import dev.nudge.definition.Template;
import dev.nudge.definition.Threshold;
import dev.nudge.definition.Timetable;
import dev.nudge.definition.Variant;
import dev.nudge.detect.Customer;
import dev.nudge.detect.PolicyHistory;
import dev.nudge.detect.RuleHistory;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Features;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.OrderSteps;
import dev.nudge.ingest.RecordPosition;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.OutboundRecord;
import dev.nudge.kafka.TopicCheck;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.measure.MeasureConfig;
import dev.nudge.measure.MeasureJobConfig;
import dev.nudge.measure.MeasureTopology;
import dev.nudge.pattern.AfterTrigger;
import dev.nudge.pattern.CodeTrigger;
import dev.nudge.pattern.ExpressionException;
import dev.nudge.pattern.Found;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.Step;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever crosses an operator, a topic or a checkpoint is written by Flink's own serializers, and
 * what was written is read again. A public record of these rooms counts as such unless it is named
 * in {@link #STAYS_HOME}.
 */
class WireTypesTest {
  private static final String[] ROOMS = {
    "dev.nudge.event",
    "dev.nudge.ingest",
    "dev.nudge.detect",
    "dev.nudge.decide",
    "dev.nudge.measure",
    "dev.nudge.definition",
    "dev.nudge.pattern",
    "dev.nudge.kafka"
  };

  /** Public records that never travel, and why. */
  private static final Map<Class<?>, String> STAYS_HOME =
      Map.ofEntries(
          entry(
              IngestConfig.class,
              "configuration: handed to constructors, travels by Java serialization"),
          entry(
              DecideConfig.class,
              "configuration: handed to constructors, travels by Java serialization"),
          entry(
              MeasureConfig.class,
              "configuration: handed to constructors, travels by Java serialization"),
          entry(MeasureJobConfig.class, "configuration: read where sources and sinks are built"),
          entry(MeasureTopology.Outputs.class, "streams, laid before any job runs"),
          entry(DecideTopology.Outputs.class, "streams, laid before any job runs"),
          entry(KafkaConfig.class, "configuration: read where sources and sinks are built"),
          entry(TopicLayout.class, "what the broker's administrator is told, before any job runs"),
          entry(TopicCheck.class, "what the broker's administrator is told, before any job runs"),
          entry(TopicCheck.Finding.class, "part of TopicCheck"),
          entry(Accepted.class, "an argument of the function, gone when it returns"),
          entry(RecordPosition.class, "an argument of the decoder, gone when it returns"),
          entry(
              Problem.class,
              "what the author of a definition is told; on the wire it is a message"),
          entry(ExpressionException.Mistake.class, "becomes a Problem"),
          entry(Rule.class, "compiled by each subtask; its RuleSource travels"),
          entry(Campaign.class, "compiled by each subtask; its RuleSource travels"),
          entry(Span.class, "part of Campaign"),
          entry(Phases.class, "part of Campaign"),
          entry(Phase.class, "part of Campaign"),
          entry(Targets.class, "part of Campaign"),
          entry(Slot.class, "part of Campaign"),
          entry(Resource.class, "part of Campaign"),
          entry(Claim.class, "part of Campaign"),
          entry(Threshold.class, "part of Campaign"),
          entry(Diminishing.class, "part of Campaign"),
          entry(Budget.class, "part of Campaign"),
          entry(Variant.class, "part of Campaign"),
          entry(Template.class, "part of Campaign"),
          entry(Conversion.class, "part of Campaign"),
          entry(Reach.class, "what the author of a campaign is told"),
          entry(Recommend.class, "part of Campaign"),
          entry(Similar.class, "part of Campaign"),
          entry(CampaignTrigger.OfRule.class, "part of Campaign"),
          entry(CampaignTrigger.OfStage.class, "part of Campaign"),
          entry(CampaignTrigger.OfAnomaly.class, "part of Campaign"),
          entry(CampaignTrigger.OfTime.class, "part of Campaign"),
          entry(Timetable.Once.class, "part of Campaign"),
          entry(Timetable.OnceLocal.class, "part of Campaign"),
          entry(Timetable.Every.class, "part of Campaign"),
          entry(PatternTrigger.class, "part of Rule"),
          entry(AfterTrigger.class, "part of Rule"),
          entry(CodeTrigger.class, "part of Rule"),
          entry(Found.class, "told to the function, which makes a Moment of it"),
          entry(Step.class, "what a Pattern is built of, gone when it is"),
          entry(Step.Times.class, "part of Step"));

  static Stream<Class<?>> travellers() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ROOMS).stream()
            .filter(JavaClass::isRecord)
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .<Class<?>>map(JavaClass::reflect)
            .filter(type -> !STAYS_HOME.containsKey(type))
            .sorted((a, b) -> a.getName().compareTo(b.getName()));
  }

  @Test
  void theScanFindsWhatTravels() {
    assertThat(travellers().toList())
        .contains(
            CustomerEvent.class,
            CustomerKey.class,
            DeadLetter.class,
            Moment.class,
            Features.class,
            StageChange.class,
            Ingested.class,
            OrderSteps.class,
            Customer.class,
            PolicyHistory.class,
            PolicyHistory.InForce.class,
            RuleHistory.class,
            RuleVersion.class,
            OutboundRecord.class);
  }

  @ParameterizedTest
  @MethodSource("travellers")
  void flinkWritesItWithoutKryo(Class<?> record) {
    TypeInformation<?> type = TypeInformation.of(record);

    assertThat(type).isInstanceOf(PojoTypeInfo.class);
    assertThat(type.createSerializer(withoutKryo())).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("travellers")
  void filledItIsReadAsItWasWritten(Class<?> record) throws Exception {
    assertReadAsWritten(record, filled(record, 3));
  }

  /** A field that a later version adds is null in state that an earlier one wrote. */
  @ParameterizedTest
  @MethodSource("travellers")
  void withNothingInItItIsReadAsItWasWritten(Class<?> record) throws Exception {
    assertReadAsWritten(record, empty(record));
  }

  @Test
  void aRecordThatNeedsKryoIsRefused() {
    TypeInformation<NeedsKryo> type = TypeInformation.of(NeedsKryo.class);

    assertThatThrownBy(() -> type.createSerializer(withoutKryo()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("Generic types have been disabled");
  }

  /** What must not be on the wire: a duration has no serializer of its own. */
  public record NeedsKryo(Duration duration) {}

  @Test
  void timesAndBigNumbersKeepEveryDigit() throws Exception {
    assertReadAsWritten(
        Numbers.class,
        new Numbers(
            Instant.parse("2026-01-05T09:00:00.123456789Z"),
            BigInteger.TEN.pow(40).negate(),
            new BigDecimal("0.10"),
            Map.of("a", BigInteger.ONE.negate(), "", BigInteger.ZERO),
            Set.of("x"),
            List.of(Long.MIN_VALUE, Long.MAX_VALUE)));
  }

  /** Every kind of value that the house allows on the wire and the records above may not have. */
  public record Numbers(
      Instant at,
      BigInteger sum,
      BigDecimal rate,
      Map<String, BigInteger> sums,
      Set<String> names,
      List<Long> times) {}

  private static SerializerConfigImpl withoutKryo() {
    Configuration config = new Configuration();
    config.set(PipelineOptions.GENERIC_TYPES, false);
    return new SerializerConfigImpl(config);
  }

  @SuppressWarnings("unchecked")
  private static void assertReadAsWritten(Class<?> type, Object written) throws IOException {
    TypeSerializer<Object> serializer =
        (TypeSerializer<Object>) TypeInformation.of(type).createSerializer(withoutKryo());
    DataOutputSerializer out = new DataOutputSerializer(256);
    serializer.serialize(written, out);
    Object read = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

    // Field by field: a record that holds bytes has no useful equals of its own.
    assertThat(read).usingRecursiveComparison().isEqualTo(written);
    assertThat(serializer.copy(written)).usingRecursiveComparison().isEqualTo(written);
  }

  /** An instance with a value in every component, no two alike where the type allows it. */
  private static Object filled(Class<?> record, int seed) throws ReflectiveOperationException {
    RecordComponent[] components = record.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = value(components[i].getGenericType(), seed * 31 + i);
    }
    return construct(record, values);
  }

  private static Object empty(Class<?> record) throws ReflectiveOperationException {
    Object[] nothing =
        Arrays.stream(record.getRecordComponents())
            .map(c -> c.getType().isPrimitive() ? primitive(c.getType(), 0) : null)
            .toArray();
    return construct(record, nothing);
  }

  private static Object construct(Class<?> record, Object[] values)
      throws ReflectiveOperationException {
    Class<?>[] types =
        Arrays.stream(record.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    return record.getDeclaredConstructor(types).newInstance(values);
  }

  private static Object value(Type type, int seed) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      if (generic.getRawType() == Map.class) {
        return Map.of(
            value(of[0], seed), value(of[1], seed), value(of[0], seed + 1), value(of[1], 7));
      } else if (generic.getRawType() == List.class) {
        return List.of(value(of[0], seed), value(of[0], seed + 1));
      } else if (generic.getRawType() == Set.class) {
        return Set.of(value(of[0], seed), value(of[0], seed + 1));
      }
      throw new AssertionError(type + " is no type for the wire");
    }
    Class<?> plain = (Class<?>) type;
    if (plain == String.class) {
      return "é\u0000🎁" + seed;
    } else if (plain == byte[].class) {
      return new byte[] {(byte) seed, 0, -1};
    } else if (plain == BigInteger.class) {
      return BigInteger.TWO.pow(100).add(BigInteger.valueOf(seed));
    } else if (plain == BigDecimal.class) {
      return new BigDecimal("1.50").add(BigDecimal.valueOf(seed));
    } else if (plain == Instant.class) {
      return Instant.ofEpochSecond(seed, 1);
    } else if (plain.isEnum()) {
      return plain.getEnumConstants()[Math.floorMod(seed, plain.getEnumConstants().length)];
    } else if (plain.isRecord()) {
      return filled(plain, seed + 1);
    } else {
      return primitive(plain, seed);
    }
  }

  private static Object primitive(Class<?> type, int seed) {
    if (type == int.class || type == Integer.class) {
      return seed;
    } else if (type == long.class || type == Long.class) {
      return (1L << 40) * seed;
    } else if (type == double.class || type == Double.class) {
      return seed / 3.0;
    } else if (type == boolean.class || type == Boolean.class) {
      return seed % 2 == 1;
    }
    throw new AssertionError(type + " is no type for the wire");
  }
}
