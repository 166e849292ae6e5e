import type { Api, ClusterCall } from '../api/api.ts';
import type { CliContext } from '../cli-context.ts';
import { formatAnswer, type OutputFormat, tableMediaType } from '../output/format.ts';

/** Reads something and prints it as `-o` asks for it. */
export async function show(
  { terminal }: Pick<CliContext, 'terminal'>,
  api: Api,
  what: Omit<ClusterCall, 'method' | 'accept'> & { readonly output: OutputFormat; readonly nothing?: string },
): Promise<void> {
  const { output, nothing, ...call } = what;
  const isTable = output === 'table' || output === 'wide';
  const answer = await api.call({ method: 'GET', ...call, ...(isTable && { accept: tableMediaType }) });
  const text = formatAnswer(answer, output, nothing);
  // Nothing is no result: what reads the output sees none.
  if (text === nothing || text === 'No resources found') terminal.tell(text);
  else terminal.print(text);
}

/** Prints what was made or changed: the sentence for a table, else the object. */
export function showChanged(
  { terminal }: Pick<CliContext, 'terminal'>,
  changed: { readonly object: unknown; readonly output: OutputFormat; readonly sentence: string },
): void {
  const { object, output, sentence } = changed;
  terminal.print(output === 'table' || output === 'wide' ? sentence : formatAnswer(object, output));
}
