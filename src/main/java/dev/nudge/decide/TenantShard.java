package dev.nudge.decide;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The key of decisions: a tenant, or one of the parts that a huge one is split into.
 *
 * @param tenant the brand
 * @param shard which part, from 0
 */
public record TenantShard(String tenant, int shard) {
  /** Where a customer is decided. */
  static TenantShard of(DecideInput input, int shards) {
    return new TenantShard(
        input.tenant(), shards == 1 ? 0 : Math.floorMod(hash(input.customerId()), shards));
  }

  /** The same on every machine and in every version. */
  private static int hash(String customerId) {
    byte[] bytes = customerId.getBytes(StandardCharsets.UTF_8);
    return MurmurHash3.hash32x86(bytes, 0, bytes.length, 0);
  }
}
