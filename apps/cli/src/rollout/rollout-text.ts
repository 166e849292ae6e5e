import { formatFacts, formatTable } from '../output/format-table.ts';
import type { Revision, Rollout } from './rollout-model.ts';

/** What `berth rollout status` prints: the whole of it, then each revision that has pods or waits for them. */
export function statusText(rollout: Rollout, now: Date): string {
  const { name, namespace, strategy, state, message, wanted, updated, available, revisions } = rollout;
  const facts = formatFacts([
    ['Deployment', `${name} (namespace ${namespace})`],
    ['Strategy', strategy],
    ['State', `${state}: ${message}`],
    ['Pods', `${wanted} wanted, ${updated} of the newest revision, ${available} available`],
  ]);
  const shown = revisions.filter(({ isNewest, wanted: size, pods }) => isNewest || size > 0 || pods > 0);
  if (shown.length === 0) return facts;
  const hasSides = shown.some(({ side }) => side !== '');
  const columns = ['Revision', ...(hasSides ? ['Side'] : []), 'ReplicaSet', 'Pods', 'Ready', 'Images', 'Age'];
  const rows = shown.map((revision) => [
    String(revision.revision),
    ...(hasSides ? [revision.side] : []),
    revision.replicaSet,
    `${revision.pods}/${revision.wanted}`,
    String(revision.ready),
    revision.images.join(','),
    ageOf(revision, now),
  ]);
  return `${facts}\n${formatTable(columns, rows)}`;
}

export function historyTable(revisions: readonly Revision[], now: Date): string {
  const columns = ['Revision', 'ReplicaSet', 'Pods', 'Images', 'Age', 'Change-cause'];
  return formatTable(
    columns,
    revisions.map((revision) => [
      `${revision.revision}${revision.isNewest ? ' (newest)' : ''}`,
      revision.replicaSet,
      `${revision.pods}/${revision.wanted}`,
      revision.images.join(','),
      ageOf(revision, now),
      revision.changeCause,
    ]),
  );
}

function ageOf({ createdAt }: Revision, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(createdAt)) / 1000));
  if (Number.isNaN(seconds)) return '';
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds >= 2 * length) ?? (['s', 1] as const);
  return `${Math.floor(seconds / size)}${unit}`;
}
