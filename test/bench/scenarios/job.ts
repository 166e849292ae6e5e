import { Measurement } from '../measure.ts';
import { jobsPath, parallelJob, podsPath } from '../objects.ts';
import type { Scenario } from '../scenario.ts';

const deadlineMs = 120_000;

export const job: Scenario = {
  name: 'job',
  description: 'one Job with --objects pods at once: until all are bound to nodes (needs room for them)',
  isDefault: false,
  run: async ({ api, namespace, objects }) => {
    const measured = new Measurement();
    const bound = new Set<string>();
    const stopped = new AbortController();
    const expired = setTimeout(() => stopped.abort(), deadlineMs);
    let startedAt = performance.now();
    const watching = api.watch(
      `${podsPath(namespace)}?watch=true&labelSelector=job-name%3Dbench`,
      stopped.signal,
      (line) => {
        const name = /"name":"(bench-[^"]+)"/.exec(line)?.[1];
        if (!name || bound.has(name) || !line.includes('"nodeName":"')) return;
        bound.add(name);
        measured.record(performance.now() - startedAt);
        if (bound.size === objects) stopped.abort();
      },
    );
    startedAt = performance.now();
    measured.begin();
    const answer = await api.request('POST', jobsPath(namespace), parallelJob(objects));
    if (answer.status !== 201) {
      stopped.abort();
      measured.fail(`${answer.status} ${answer.body.slice(0, 300)}`);
    }
    await watching;
    clearTimeout(expired);
    const result = measured.result('job', `pod of ${objects} bound`);
    await api.request('DELETE', `${jobsPath(namespace)}/bench?propagationPolicy=Background`);
    const missing = objects - bound.size;
    return [
      missing === 0
        ? result
        : { ...result, errors: result.errors + missing, note: `${result.note} ${missing} pods never bound` },
    ];
  },
};
