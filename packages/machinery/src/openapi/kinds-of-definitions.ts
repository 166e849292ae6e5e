import { metaMessages } from './definition-name.ts';
import type { GroupVersionKind } from './definitions.ts';
import type { OpenApiResource } from './served-resource.ts';

/** What `x-kubernetes-group-version-kind` says of each message: the kinds that are served, and those that go with them. */
export function kindsOfDefinitions(
  resources: readonly OpenApiResource[],
): (message: string) => readonly GroupVersionKind[] {
  const kinds = new Map<string, GroupVersionKind[]>();
  const groupVersions = new Map<string, { group: string; version: string }>();
  for (const { group, version, kind, listKind, message } of resources) {
    kinds.set(message, [{ group, kind, version }]);
    kinds.set(`${message}List`, [{ group, kind: listKind, version }]);
    groupVersions.set(`${group}/${version}`, { group, version });
  }
  // Clients send these two under any version.
  for (const [message, kind] of [
    [metaMessages.deleteOptions, 'DeleteOptions'],
    [metaMessages.watchEvent, 'WatchEvent'],
  ] as const) {
    kinds.set(
      message,
      [...groupVersions.values()].map(({ group, version }) => ({ group, kind, version })),
    );
  }
  kinds.set(metaMessages.status, [{ group: '', kind: 'Status', version: 'v1' }]);
  return (message) => kinds.get(message) ?? [];
}

/** The messages that operations on resources mention. */
export function messagesOf(resources: readonly OpenApiResource[]): readonly string[] {
  const own = resources.flatMap(({ message }) => [message, `${message}List`]);
  return [...own, ...Object.values(metaMessages)];
}
