import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { CliError } from '../cli-error.ts';
import { type KubeconfigEntry, kubeconfigMembers } from './berth-kubeconfig.ts';

/**
 * A kubeconfig with one cluster more, or another one in the place of what had its name. Everything else stays as it is,
 * in its order and with its comments. Pure.
 *
 * @param text '' for a new file
 * @throws CliError KUBECONFIG_MALFORMED, and nothing was lost
 */
export function mergeKubeconfig(
  text: string,
  entry: KubeconfigEntry,
  options: { readonly setCurrent: boolean },
): string {
  const document = parsed(text);
  for (const [list, member] of Object.entries(kubeconfigMembers(entry)))
    putNamed(listOf(document, list), document, member);
  if (options.setCurrent) document.set('current-context', entry.name);
  return document.toString({ lineWidth: 0 });
}

/** A kubeconfig with another current context. @throws CliError KUBECONFIG_MALFORMED */
export function withCurrentContext(text: string, name: string): string {
  const document = parsed(text);
  document.set('current-context', name);
  return document.toString({ lineWidth: 0 });
}

/** What a kubeconfig says of its contexts. @throws CliError KUBECONFIG_MALFORMED */
export function readContextNames(text: string): { current: string; names: readonly string[] } {
  const { 'current-context': current, contexts }: { 'current-context'?: unknown; contexts?: unknown } =
    parsed(text).toJS();
  const names = Array.isArray(contexts)
    ? contexts.flatMap(({ name }: { name?: unknown }) => (typeof name === 'string' ? [name] : []))
    : [];
  return { current: typeof current === 'string' ? current : '', names };
}

type Kubeconfig = Document & { readonly contents: YAMLMap };

function parsed(text: string): Kubeconfig {
  const document = parseDocument(text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text);
  const [error] = document.errors;
  if (error !== undefined) throw malformed(error.message.split('\n')[0] ?? '');
  if (!isMap(document.contents)) throw malformed('it is no mapping');
  // Just looked at.
  return document as Kubeconfig;
}

function listOf(document: Kubeconfig, name: string): YAMLSeq {
  const list = document.get(name);
  if (isSeq(list)) {
    // `[]` of a file that kubectl wrote would go on as one long line.
    if (list.items.length === 0) list.flow = false;
    return list;
  }
  if (list !== null && list !== undefined) throw malformed(`${name} is no list`);
  const created = document.createNode<unknown[]>([]);
  created.flow = false;
  document.set(name, created);
  return created;
}

function putNamed(list: YAMLSeq, document: Document, member: { readonly name: string }): void {
  const place = list.items.findIndex((item) => isMap(item) && item.get('name') === member.name);
  const node = document.createNode(member);
  if (place < 0) list.add(node);
  else list.items[place] = node;
}

function malformed(why: string): CliError {
  return new CliError('KUBECONFIG_MALFORMED', `the kubeconfig cannot be read: ${why}`);
}
