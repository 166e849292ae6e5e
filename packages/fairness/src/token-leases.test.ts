import { describe, expect, test } from 'vitest';
import { type RequestBudget, TokenBucket } from './token-bucket.ts';
import { type LeasedTokens, TokenLeases, type TokenSource } from './token-leases.ts';

const budget: RequestBudget = { requestsPerSecond: 100, burst: 50 };

/** A source that several processes share, on a clock that the test moves. */
function sharedSource(clock: { ms: number }) {
  const buckets = new Map<string, TokenBucket>();
  const state = { isAway: false, asked: 0 };
  const source: TokenSource = {
    async lease(tenantId, want, budgetNow): Promise<LeasedTokens> {
      state.asked++;
      if (state.isAway) throw new Error('away');
      const bucket = buckets.get(tenantId) ?? new TokenBucket(budgetNow, clock.ms);
      buckets.set(tenantId, bucket);
      return { tokens: bucket.take(want, budgetNow, clock.ms), waitMs: bucket.waitMs(budgetNow) };
    },
    giveBack: (tenantId, tokens, budgetNow) => {
      buckets.get(tenantId)?.take(-tokens, budgetNow, clock.ms);
    },
  };
  return { source, state };
}

async function spendMany(leases: TokenLeases, tenantId: string, count: number): Promise<number> {
  let spent = 0;
  for (let at = 0; at < count; at++) if ((await leases.spend(tenantId, budget)) === 0) spent++;
  return spent;
}

describe('leased tokens', () => {
  test('are the burst at first and then what each second brings, whichever process spends them', async () => {
    const clock = { ms: 0 };
    const { source } = sharedSource(clock);
    const processes = [1, 2, 3].map(() => new TokenLeases({ source, nowMs: () => clock.ms }));
    let spent = 0;
    for (; clock.ms <= 10_000; clock.ms += 10) {
      for (const leases of processes) spent += await spendMany(leases, 'a', 5);
    }
    // 50 at first and 100 in each of ten seconds; a batch of ten may lie in each process.
    expect(spent).toBeLessThanOrEqual(1_051);
    expect(spent).toBeGreaterThanOrEqual(1_050 - 3 * 15);
  });

  test('are asked for in batches, and not at all while there are none', async () => {
    const clock = { ms: 0 };
    const { source, state } = sharedSource(clock);
    const leases = new TokenLeases({ source, nowMs: () => clock.ms });
    expect(await spendMany(leases, 'a', 1_000)).toBe(50);
    expect(state.asked).toBeLessThan(12);
    expect(await leases.spend('a', budget)).toBe(10);
  });

  test('of one tenant are not another’s', async () => {
    const clock = { ms: 0 };
    const { source } = sharedSource(clock);
    const leases = new TokenLeases({ source, nowMs: () => clock.ms });
    expect(await spendMany(leases, 'a', 100)).toBe(50);
    expect(await spendMany(leases, 'b', 100)).toBe(50);
  });

  test('go back when they lie unused', async () => {
    const clock = { ms: 0 };
    const { source } = sharedSource(clock);
    const slow: RequestBudget = { requestsPerSecond: 0.001, burst: 10 };
    const [one, two] = [1, 2].map(() => new TokenLeases({ source, nowMs: () => clock.ms }));
    const wide: RequestBudget = { ...slow, requestsPerSecond: 0.001 };
    expect(await one?.spend('a', wide)).toBe(0);
    clock.ms += 1_000;
    one?.sweep();
    let spent = 1;
    while ((await two?.spend('a', wide)) === 0) spent++;
    expect(spent).toBe(10);
  });

  test('come from a bucket of the process’s own while the source is away, and from the source when it is back', async () => {
    const clock = { ms: 0 };
    const { source, state } = sharedSource(clock);
    const processes = [1, 2].map(() => new TokenLeases({ source, nowMs: () => clock.ms }));
    state.isAway = true;
    for (const leases of processes) expect(await spendMany(leases, 'a', 200)).toBe(50);
    clock.ms += 1_000;
    for (const leases of processes) expect(await spendMany(leases, 'a', 200)).toBeLessThanOrEqual(100);
    state.isAway = false;
    clock.ms += 10_000;
    let spent = 0;
    for (const leases of processes) spent += await spendMany(leases, 'a', 200);
    // One burst together, beside what the processes still held.
    expect(spent).toBeLessThanOrEqual(50 + 2 * 15);
  });

  test('follow a budget that changes', async () => {
    const clock = { ms: 0 };
    const { source } = sharedSource(clock);
    const leases = new TokenLeases({ source, nowMs: () => clock.ms });
    await spendMany(leases, 'a', 1_000);
    clock.ms += 100;
    const wider: RequestBudget = { requestsPerSecond: 10_000, burst: 1_000 };
    let spent = 0;
    for (let at = 0; at < 2_000; at++) if ((await leases.spend('a', wider)) === 0) spent++;
    expect(spent).toBe(1_000);
  });
});
