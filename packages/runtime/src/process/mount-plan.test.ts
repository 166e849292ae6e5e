import { expect, it } from 'vitest';
import { type FileSystemView, type Mount, planMounts } from './mount-plan.ts';

const existing = new Set(['/', '/data', '/etc', '/run', '/var', '/var/lib']);
const view: FileSystemView = {
  closest(path) {
    const parts = path.split('/').filter((part) => part !== '');
    for (let length = parts.length; length >= 0; length -= 1) {
      const candidate = `/${parts.slice(0, length).join('/')}`;
      // As on most systems: /var/run is a symlink to /run.
      if (candidate === '/var/run') return { existing: '/run', missing: parts.slice(length).join('/') };
      if (existing.has(candidate)) return { existing: candidate, missing: parts.slice(length).join('/') };
    }
    throw new Error('no root');
  },
  mountPointsBelow: (path) => (path === '/var/lib' ? ['/var/lib/docker'] : []),
};
const mount = (target: string): Mount => ({
  source: `/pods${target}`,
  target,
  readOnly: false,
  kind: 'directory',
});

it.each<[string, string[], { needsOwnRoot: boolean; overlays: string[]; placed: string[] }]>([
  ['over what exists', ['/data'], { needsOwnRoot: false, overlays: [], placed: ['/data'] }],
  ['new below the root', ['/shared'], { needsOwnRoot: true, overlays: [], placed: ['/shared'] }],
  [
    'new below a directory',
    ['/etc/app/conf'],
    { needsOwnRoot: false, overlays: ['/etc'], placed: ['/etc/app/conf'] },
  ],
  [
    'through a symlink',
    ['/var/run/secrets/x'],
    { needsOwnRoot: false, overlays: ['/run'], placed: ['/run/secrets/x'] },
  ],
  [
    'with what is mounted below',
    ['/var/lib/app'],
    { needsOwnRoot: false, overlays: ['/var/lib'], placed: ['/var/lib/app'] },
  ],
  [
    'inside another mount',
    ['/shared/inner', '/shared'],
    { needsOwnRoot: true, overlays: [], placed: ['/shared', '/shared/inner'] },
  ],
])('mounts %s', (_name, targets, expected) => {
  const plan = planMounts(targets.map(mount), view);
  expect({
    needsOwnRoot: plan.needsOwnRoot,
    overlays: plan.overlays.map(({ directory }) => directory),
    placed: plan.mounts.map(({ target }) => target),
  }).toEqual(expected);
  if (expected.overlays.includes('/var/lib'))
    expect(plan.overlays[0]?.submounts).toEqual(['/var/lib/docker']);
});
