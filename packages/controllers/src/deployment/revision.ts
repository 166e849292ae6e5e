import type { Deployment, ReplicaSet } from '@berth/kinds';
import { notCopied, revisionAnnotation, revisionHistoryAnnotation } from './annotations.ts';

/** No more characters of earlier revisions are kept. */
const longestHistory = 2000;

/** The revision that a ReplicaSet is, as 64 bits hold it; 0 for none, or for what is no number. */
export function revisionOf(set: ReplicaSet): bigint {
  const text = set.metadata.annotations?.[revisionAnnotation] ?? '';
  return /^\d{1,18}$|^[1-8]\d{18}$/.test(text) ? BigInt(text) : 0n;
}

/** Orders ReplicaSets by their revisions, the earliest first. */
export function byRevision(left: ReplicaSet, right: ReplicaSet): number {
  const [before, after] = [revisionOf(left), revisionOf(right)];
  return before < after ? -1 : Number(before > after);
}

/** The annotations of the newest ReplicaSet: those of its Deployment, and the revision that it is, after all old ones. */
export function newSetAnnotations(
  deployment: Deployment,
  annotations: Readonly<Record<string, string>>,
  oldSets: readonly ReplicaSet[],
): Record<string, string> {
  const result = { ...annotations };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(name)) result[name] = value;
  }
  const current = result[revisionAnnotation] ?? '';
  // What somebody wrote there instead of a number is left alone.
  if (!/^\d*$/.test(current)) return result;
  const revision = oldSets.map(revisionOf).reduce((most, each) => (each > most ? each : most), 0n) + 1n;
  if (BigInt(current) >= revision) return result;
  result[revisionAnnotation] = String(revision);
  const history = current === '' ? undefined : withRevision(result[revisionHistoryAnnotation], current);
  if (history !== undefined) result[revisionHistoryAnnotation] = history;
  return result;
}

/** A set that was there before and comes back keeps the revisions that it was, the latest as far as there is room. */
function withRevision(history: string | undefined, revision: string): string {
  let kept = history ? history.split(',') : [];
  while (kept.length > 0 && [...kept, revision].join(',').length > longestHistory) kept = kept.slice(1);
  return [...kept, revision].join(',');
}
