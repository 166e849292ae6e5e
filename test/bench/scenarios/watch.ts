import { setTimeout as delay } from 'node:timers/promises';
import { Measurement } from '../measure.ts';
import { configMap, configMapsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';

/** Slow enough that queueing of the load generator's own does not count, fast enough for thousands of samples. */
const writesPerSecond = 50;

export const watch: Scenario = {
  name: 'watch',
  description: '--watchers watch a namespace; the time from sending a write to its event at each of them',
  isDefault: true,
  run: async (context) => {
    const { api, namespace, watchers, seconds } = context;
    const path = configMapsPath(namespace);
    const listed = await api.request('GET', `${path}?limit=1`);
    const version = resourceVersionOf(listed.body);
    const events = new Measurement();
    const stopped = new AbortController();
    const query = `?watch=true&resourceVersion=${version}&allowWatchBookmarks=false`;
    const watching = Array.from({ length: watchers }, () =>
      api
        .watch(path + query, stopped.signal, (line) => {
          const stamp = /"stamp":"(\d+\.\d+)"/.exec(line)?.[1];
          if (stamp) events.record(performance.now() - Number(stamp));
          else if (line.includes('"type":"ERROR"')) events.fail(line.slice(0, 200));
        })
        .catch((error: unknown) => events.fail(String(error))),
    );
    const writes = await writeSteadily(context, path, seconds);
    // The last events are under way.
    await delay(500);
    const result = events.result('watch', `event at one of ${watchers} watchers`);
    stopped.abort();
    await Promise.all(watching);
    const missing = writes * watchers - result.operations;
    return [
      missing === 0
        ? result
        : { ...result, errors: result.errors + missing, note: `${result.note} ${missing} events missing` },
    ];
  },
};

/** Writes at an even pace, each with the moment of its sending. @returns how many were acknowledged. */
async function writeSteadily({ api }: BenchContext, path: string, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const answers: Array<Promise<number>> = [];
  for (let count = 0; count < seconds * writesPerSecond; count++) {
    await delay(Math.max(0, startedAt + (count * 1_000) / writesPerSecond - performance.now()));
    const body = configMap(`watch-${count}`, performance.now().toFixed(3));
    answers.push(api.request('POST', path, body).then(({ status }) => (status === 201 ? 1 : 0)));
  }
  const written = await Promise.all(answers);
  return written.reduce((sum, one) => sum + one, 0);
}

function resourceVersionOf(list: string): string {
  const version = /"resourceVersion":"(\d+)"/.exec(list.slice(0, 1_000))?.[1];
  if (!version) throw new Error(`not a list: ${list.slice(0, 200)}`);
  return version;
}
