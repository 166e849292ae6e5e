import type { LogQuery } from '@berth/runtime';
import { z } from 'zod';

/** `strconv.ParseBool`, which decodes the query of the kubelet's API. */
const flag = z
  .enum(['', '1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False'])
  .transform((text) => ['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(text))
  .default(false);
const count = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number)
  .optional();

const query = z.object({
  follow: flag,
  previous: flag,
  timestamps: flag,
  tailLines: count,
  limitBytes: count,
  sinceSeconds: count,
  sinceTime: z.iso.datetime({ offset: true }).optional(),
});

export type LogQueryResult =
  | { readonly type: 'ok'; readonly query: Omit<LogQuery, 'container'> }
  | { readonly type: 'malformed' }
  | { readonly type: 'invalid' };

/**
 * Reads `PodLogOptions` from a query.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
export function readLogQuery(parameters: Readonly<Record<string, string>>, now: Date): LogQueryResult {
  const { tail, ...rest } = parameters;
  const known = tail === undefined || tail === 'all' ? rest : { ...rest, tailLines: tail };
  const parsed = query.safeParse(known);
  if (!parsed.success) return { type: 'malformed' };
  const { follow, previous, timestamps, tailLines, limitBytes, sinceSeconds, sinceTime } = parsed.data;
  const outOfRange =
    (tailLines !== undefined && tailLines < 0) ||
    (limitBytes !== undefined && limitBytes < 1) ||
    (sinceSeconds !== undefined && sinceSeconds < 1) ||
    (sinceSeconds !== undefined && sinceTime !== undefined);
  if (outOfRange) return { type: 'invalid' };
  const since =
    sinceTime === undefined
      ? sinceSeconds === undefined
        ? undefined
        : new Date(now.getTime() - sinceSeconds * 1000)
      : new Date(sinceTime);
  return {
    type: 'ok',
    query: {
      follow,
      previous,
      timestamps,
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(since === undefined ? {} : { sinceTime: since }),
    },
  };
}
