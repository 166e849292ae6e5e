import { apiVersionOf, type KindDefinition, type KindRegistry } from '@berth/kinds';

const head = `# What of Kubernetes is served

<!-- Generated from the registry of kinds by \`npm run generate\`. Do not edit. -->

Berth serves the API of Kubernetes 1.36. A kind that this table does not name is not served: its path answers 404, as
in a cluster that does not have it. \`*\` in the column of verbs stands for create, delete, deletecollection, get, list,
patch, update and watch. A version in parentheses is deprecated and warns when it is used.
`;

/** The text of `docs/compatibility.md`. */
export function compatibilityPage(registry: KindRegistry): string {
  return `${head}\n${compatibilityTable(registry)}`;
}

/** All kinds of a registry as a Markdown table, in the order of their names. */
export function compatibilityTable(registry: KindRegistry): string {
  const rows = registry.definitions
    .toSorted((a, b) => (a.kind < b.kind ? -1 : Number(a.kind > b.kind)))
    .map(describeKind);
  const columns = ['Kind', 'Versions', 'Resource', 'Scope', 'Verbs', 'Subresources', 'Notes'];
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function describeKind(kind: KindDefinition): readonly string[] {
  return [
    kind.kind,
    kind.versions.map(describeVersion).join(', '),
    [kind.plural, ...kind.shortNames].map(code).join(', '),
    kind.scope === 'Namespaced' ? 'namespace' : 'cluster',
    kind.verbs.length === 8 ? '\\*' : kind.verbs.join(', '),
    kind.subresources.map(({ name }) => code(name)).join(', '),
    notesOn(kind).join('; '),
  ];
}

function describeVersion(version: KindDefinition['versions'][number]): string {
  const name = code(apiVersionOf(version));
  return version.deprecationWarning === undefined ? name : `(${name})`;
}

function notesOn(kind: KindDefinition): readonly string[] {
  const notes: string[] = [];
  if (kind.systemOnly) notes.push('Berth’s own, in the `system` cluster alone');
  if (kind.home === 'fleet')
    notes.push('nodes of the fleet; other clusters than `system` see them read-only');
  if (kind.virtual) notes.push('answered, never stored');
  if (kind.offLog) notes.push('node heartbeats are overwritten in place and cannot be watched from the past');
  return notes;
}

function code(text: string): string {
  return `\`${text}\``;
}
