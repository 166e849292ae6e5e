import type { ApiClient } from '../api-client.ts';
import { Measurement, type Result } from '../measure.ts';
import { podsPath } from '../objects.ts';

const deadlineMs = 300_000;

/** Something that becomes true of each pod once, and how the text of its event shows it. */
interface Stage {
  readonly operation: string;
  readonly isReached: (event: string) => boolean;
}

export const bound: Stage = {
  operation: 'bound',
  isReached: (event) => event.includes('"nodeName":"'),
};
export const running: Stage = {
  operation: 'Running',
  isReached: (event) => event.includes('"phase":"Running"'),
};

/**
 * Does something that makes pods, and follows them through the stages.
 *
 * @returns one result for each stage: the times are from the beginning of `act`
 */
export async function awaitPods(
  api: ApiClient,
  wanted: {
    readonly scenario: string;
    readonly namespace: string;
    readonly count: number;
    readonly stages: readonly Stage[];
  },
  act: () => Promise<void>,
): Promise<readonly Result[]> {
  const { scenario, namespace, count, stages } = wanted;
  const stopped = new AbortController();
  const expired = setTimeout(() => stopped.abort(), deadlineMs);
  let startedAt = performance.now();
  const results: Array<Result | undefined> = stages.map(() => undefined);
  const followed = stages.map((stage) => ({ stage, seen: new Set<string>(), measured: new Measurement() }));
  const resultOf = (index: number): Result => {
    const { stage, measured } = followed[index] ?? { stage: bound, measured: new Measurement() };
    return measured.result(scenario, `pod of ${count} ${stage.operation}`);
  };
  const watching = api.watch(`${podsPath(namespace)}?watch=true`, stopped.signal, (line) => {
    if (line.startsWith('{"type":"DELETED"')) return;
    const name = /"name":"([^"]+)"/.exec(line)?.[1];
    if (!name) return;
    for (const [index, { stage, seen, measured }] of followed.entries()) {
      if (seen.has(name) || !stage.isReached(line)) continue;
      seen.add(name);
      measured.record(performance.now() - startedAt);
      if (seen.size === count) results[index] = resultOf(index);
    }
    if (results.every((result) => result !== undefined)) stopped.abort();
  });
  startedAt = performance.now();
  for (const { measured } of followed) measured.begin();
  try {
    await act();
  } catch (error) {
    stopped.abort();
    for (const { measured } of followed)
      measured.fail(error instanceof Error ? error.message : String(error));
  }
  await watching;
  clearTimeout(expired);
  return results.map((result, index) => {
    const missing = count - (followed[index]?.seen.size ?? 0);
    const found = result ?? resultOf(index);
    return missing === 0
      ? found
      : { ...found, errors: found.errors + missing, note: `${missing} never were` };
  });
}

/** @throws Error when an answer is no success */
export async function mustSucceed(
  api: ApiClient,
  ...request: Parameters<ApiClient['request']>
): Promise<string> {
  const { status, body } = await api.request(...request);
  if (status >= 300) throw new Error(`${status} ${body.slice(0, 300)}`);
  return body;
}
