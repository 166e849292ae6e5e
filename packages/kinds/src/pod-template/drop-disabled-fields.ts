import { path } from '@berth/machinery';
import type { PodSpec } from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';

/** Removes, in place, fields behind gates of Kubernetes 1.36 that are off by default, as its API server does. */
export function dropDisabledFields(spec: PodSpec): void {
  delete spec.schedulingGroup;
  for (const { container } of containersOf(spec, path())) {
    const { lifecycle } = container;
    if (lifecycle?.stopSignal === undefined) continue;
    delete lifecycle.stopSignal;
    if (!lifecycle.postStart && !lifecycle.preStop) delete container.lifecycle;
  }
  for (const { projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
  }
}
