import { goQuote } from '@berth/machinery';
import type { Volume, VolumeProjection } from '../generated/api-types.ts';

interface PathOfSource {
  readonly path: string;
  /** Which of a projected volume's sources; '' in a volume of one source. */
  readonly source: string;
}

/** Files of one volume that hide each other. */
export function overlappingPathWarnings(volumes: readonly Volume[]): string[] {
  return volumes.flatMap((volume) => {
    const { name, configMap, secret, downwardAPI, projected } = volume;
    const warn = (kind: string) => (overlap: string) =>
      `volume ${goQuote(name)} (${kind}): overlapping paths: ${overlap}`;
    const plain = (items: ReadonlyArray<{ path: string }> | undefined) =>
      overlaps((items ?? []).map(({ path }) => ({ path, source: '' })));
    return [
      ...plain(configMap?.items).map(warn(`ConfigMap ${goQuote(configMap?.name ?? '')}`)),
      ...plain(secret?.items).map(warn(`Secret ${goQuote(secret?.secretName ?? '')}`)),
      ...plain(downwardAPI?.items).map(warn('DownwardAPI')),
      ...(projected?.sources ?? []).flatMap((source, index, sources) => {
        if (Object.keys(source).length === 0) {
          return [`volume ${goQuote(name)} (Projected) has no sources provided`];
        }
        const earlier = sources.slice(0, index).flatMap(pathsOf);
        return overlaps(pathsOf(source), earlier).map(warn('Projected'));
      }),
    ];
  });
}

function pathsOf(projection: VolumeProjection): PathOfSource[] {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  const placed = (items: ReadonlyArray<{ path: string }>, source: string) =>
    items.map(({ path }) => ({ path, source }));
  if (configMap?.items) return placed(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`);
  if (secret?.items) return placed(secret.items, `Secret ${goQuote(secret.name ?? '')}`);
  if (downwardAPI?.items) return placed(downwardAPI.items, 'DownwardAPI');
  return serviceAccountToken ? placed([serviceAccountToken], 'ServiceAccountToken') : [];
}

/** Each path with each one before it, and with the earlier ones, that is the same, within it, or around it. */
function overlaps(paths: readonly PathOfSource[], earlier: readonly PathOfSource[] = []): string[] {
  const trimmed = [...earlier, ...paths].map(({ path, source }) => ({
    path: path.replace(/\/+$/, ''),
    source,
  }));
  return trimmed.flatMap((path, index) => {
    if (index < earlier.length) return [];
    const others = trimmed.slice(0, index).filter((other) => collide(path.path, other.path));
    return others.map((other) => `${describe(path)} with ${describe(other)}`);
  });
}

function collide(left: string, right: string): boolean {
  if (left === '' || right === '') return false;
  return `${left}/`.startsWith(`${right}/`) || `${right}/`.startsWith(`${left}/`);
}

function describe({ path, source }: PathOfSource): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`;
}
