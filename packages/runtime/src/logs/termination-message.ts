import type { ContainerLog } from './container-log.ts';
import { readLog } from './read-log.ts';

/** The kubelet's limits for a termination message that is taken from the log. */
const maxLines = 80;
const maxBytes = 2048;

/**
 * The end of a container's log, as `terminationMessagePolicy: FallbackToLogsOnError` shows it; undefined if it is empty.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export async function terminationMessage(log: ContainerLog): Promise<string | undefined> {
  const query = { follow: false, timestamps: false, tailLines: maxLines };
  let end = Buffer.alloc(0);
  for await (const chunk of readLog(log, query, new AbortController().signal)) {
    end = Buffer.concat([end, chunk]).subarray(-maxBytes);
  }
  return end.length === 0 ? undefined : end.toString();
}
