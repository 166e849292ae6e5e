import { checkDns1123Label, type KubeObject, path } from '@berth/machinery';
import type { Pod } from '../generated/api-types.ts';
import { podSpecWarnings } from '../pod-template/pod-spec-warnings.ts';

/** Warnings of a new pod. Updates have none: few of them are made by people, and many are made. */
export function podWarnings(object: KubeObject, current?: KubeObject): readonly string[] {
  if (current) return [];
  const pod: Pod = object;
  const problems = checkDns1123Label(pod.metadata.name);
  const name =
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  return [
    ...(problems.length > 0 ? [`${name}: [${problems.join(' ')}]`] : []),
    ...podSpecWarnings(pod, path(), { isTemplate: false }),
  ];
}
