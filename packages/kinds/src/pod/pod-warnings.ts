import { checkDns1123Label, type KubeObject, path } from '@berth/machinery';
import type { Pod } from '../generated/api-types.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';

/** Warnings of a new pod. */
export function podWarnings(object: KubeObject): readonly string[] {
  const pod: Pod = object;
  const problems = checkDns1123Label(pod.metadata.name);
  const name =
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  return [
    ...(problems.length > 0 ? [`${name}: [${problems.join(' ')}]`] : []),
    ...podSpecWarnings(pod, path(), { isTemplate: false }),
  ];
}
