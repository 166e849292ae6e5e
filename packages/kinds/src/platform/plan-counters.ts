import type { PlanSpec } from './plan.ts';

/** What a plan bounds, by the counters that commits move: quantities by `pods`, `requests.cpu`, `count/jobs.batch`, … */
export function planCounters(plan: PlanSpec): Record<string, string> {
  const limits: Record<string, string> = {};
  const put = (counter: string, limit: number | string | undefined): void => {
    if (limit !== undefined) limits[counter] = String(limit);
  };
  put('clusters', plan.clusters);
  put('pods', plan.pods);
  put('requests.cpu', plan.cpu);
  put('requests.memory', plan.memory);
  put('requests.storage', plan.storage);
  for (const [resource, count] of Object.entries(plan.objects ?? {})) put(`count/${resource}`, count);
  const cronJobs = [plan.cronJobs, plan.objects?.['cronjobs.batch']].filter((count) => count !== undefined);
  put('count/cronjobs.batch', cronJobs.length > 0 ? Math.min(...cronJobs) : undefined);
  return limits;
}
