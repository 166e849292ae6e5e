import type { RequestBudget, TokenSource } from '@berth/fairness';
import { connectRedis, keyPrefixOf, type RedisSettings } from './redis-connection.ts';

/** Longer than Redis takes for a script even when it is busy; shorter than a client notices. */
const answerWithinMs = 250;

/**
 * A token bucket per tenant, one hash each, in the server's own time so that processes' clocks do not matter. It holds tokens and
 * when it was filled last, and is gone once it would be full again.
 *
 * KEYS[1] the bucket. ARGV: tokens wanted (negative: given back), tokens per second, burst.
 * Returns tokens granted, and microseconds until there is one.
 */
const takeTokens = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local want, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or burst
local at = tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate / 1000000)
local granted = math.min(want, math.floor(tokens))
tokens = math.min(burst, tokens - granted)
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
return { granted, math.max(0, math.ceil((1 - tokens) / rate * 1000000)) }
`;

/** {@link TokenSource} over Redis. */
export interface RedisTokenSource extends TokenSource {
  close(): void;
}

/** Keeps the budgets of all processes. Returns at once; while Redis is away, every lease fails at once. */
export function connectTokenSource(settings: RedisSettings): RedisTokenSource {
  const connection = connectRedis(settings, 'producer');
  const prefix = keyPrefixOf(settings);
  connection.defineCommand('berthTakeTokens', { numberOfKeys: 1, lua: takeTokens });
  const take = async (tenantId: string, want: number, { requestsPerSecond, burst }: RequestBudget) => {
    const key = `${prefix}:tokens:${tenantId}`;
    // `defineCommand` adds the command to the instance, not to its type.
    const commands = connection as unknown as Record<'berthTakeTokens', TakeTokens>;
    const [tokens, waitMicros] = await within(
      answerWithinMs,
      commands.berthTakeTokens(key, want, requestsPerSecond, burst),
    );
    return { tokens, waitMs: waitMicros / 1_000 };
  };
  return {
    lease: take,
    giveBack(tenantId, tokens, budget) {
      take(tenantId, -tokens, budget).catch((error: Error) => settings.onError?.(error));
    },
    close: () => connection.disconnect(),
  };
}

type TakeTokens = (key: string, ...args: readonly number[]) => Promise<[number, number]>;

async function within<T>(timeMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${timeMs} ms`)), timeMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
