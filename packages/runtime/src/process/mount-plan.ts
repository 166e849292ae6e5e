/** One mount of a container: `source` on the machine appears at `target` in the container. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly kind: 'directory' | 'file';
}

/** What the plan must know of the machine's file system. */
export interface FileSystemView {
  /** The closest ancestor of `path` (or itself) that exists, its symlinks resolved, and what of `path` is missing behind it. */
  closest(path: string): { readonly existing: string; readonly missing: string };
  /** Mount points strictly below `path`. */
  mountPointsBelow(path: string): readonly string[];
}

/**
 * How a container's mounts are made true without touching the machine's own directories. A target that exists is mounted
 * over. A missing one needs a place: below `/` the container gets a root of its own, in which the machine's top
 * directories appear; below any other directory, that directory is overlaid by one in memory.
 */
export interface MountPlan {
  readonly needsOwnRoot: boolean;
  readonly overlays: ReadonlyArray<{ readonly directory: string; readonly submounts: readonly string[] }>;
  /** In mounting order, outer ones first, with targets as they are with all symlinks resolved. */
  readonly mounts: readonly Mount[];
}

export function planMounts(mounts: readonly Mount[], view: FileSystemView): MountPlan {
  let needsOwnRoot = false;
  const overlaid = new Map<string, readonly string[]>();
  const placed: Mount[] = [];
  for (const mount of [...mounts].sort((a, b) => depth(a.target) - depth(b.target))) {
    const { existing, missing } = view.closest(mount.target);
    const target = join(existing, missing);
    // Below another mount it stands in that volume, where it is made.
    const isNested = placed.some((outer) => target.startsWith(`${outer.target}/`));
    if (missing !== '' && !isNested) {
      if (existing === '/') needsOwnRoot = true;
      else overlaid.set(existing, view.mountPointsBelow(existing));
    }
    placed.push({ ...mount, target });
  }
  const overlays = [...overlaid]
    .map(([directory, submounts]) => ({ directory, submounts }))
    .sort((a, b) => depth(a.directory) - depth(b.directory));
  return { needsOwnRoot, overlays, mounts: placed };
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

function join(existing: string, missing: string): string {
  if (missing === '') return existing;
  return existing === '/' ? `/${missing}` : `${existing}/${missing}`;
}
