import type { PriorityClass } from '../generated/api-types.ts';
import type { KindAdmission } from '../lifecycle/admission.ts';
import { unchanged } from '../strategy/unchanged.ts';

/** Of the classes at most one is the default. */
export const oneDefaultClass: KindAdmission = {
  policies: 'priorityclasses.scheduling.k8s.io',
  concerns: ({ globalDefault }: PriorityClass) => globalDefault === true,
  mutate: unchanged,
  refuse: (_object, classes) => refusal(defaultClass(classes)),
  refuseUpdate: ({ next }, classes) => {
    const found = defaultClass(classes);
    return found?.metadata.name === next.metadata.name ? undefined : refusal(found);
  },
};

function refusal(found: PriorityClass | undefined): string | undefined {
  return (
    found && `PriorityClass ${found.metadata.name} is already marked as default. Only one default can exist`
  );
}

/** Several that were made at the same time may all be marked: the lowest counts, as upstream decides. */
export function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const candidate of classes) {
    if (candidate.globalDefault !== true) continue;
    if (!found || (found.value ?? 0) > (candidate.value ?? 0)) found = candidate;
  }
  return found;
}
