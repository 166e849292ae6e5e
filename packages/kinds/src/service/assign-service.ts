import { copyJson, type FieldError, invalidError, type KubeObject } from '@berth/machinery';
import type { ServiceSpec } from '../generated/api-types.ts';
import type { AssignmentRoom } from '../lifecycle/assignment-room.ts';
import { assignAddresses } from './assign-addresses.ts';
import { assignFamilies } from './assign-families.ts';
import { assignPorts } from './assign-ports.ts';
import { valuesHeldBy } from './held-values.ts';
import { serviceOf, serviceSpecOf } from './service-of.ts';

/** A Service's spec on the way to what the cluster gives it. */
export interface Assignment {
  /** Written in place. */
  readonly spec: ServiceSpec;
  readonly before: ServiceSpec | undefined;
  /** What the Service has already. */
  readonly own: ReadonlySet<string>;
  readonly room: AssignmentRoom;
  /** @throws StatusError `Invalid` */
  readonly refuse: (...errors: FieldError[]) => never;
}

/**
 * Gives a Service what it needs of its cluster: families, addresses, node ports, the port of its health checks. What is
 * asked for is given if it is free, what the Service has stays. The commit finds out whether somebody else was faster.
 *
 * @throws StatusError `Invalid` for what cannot be given, `InternalError` if nothing is left
 */
export function assignService(
  object: KubeObject,
  current: KubeObject | undefined,
  room: AssignmentRoom,
): KubeObject {
  const service = serviceOf(copyJson(object));
  const spec = (service.spec ??= {});
  const before = current && serviceSpecOf(current);
  const refuse = (...errors: FieldError[]): never => {
    throw invalidError({ group: '', kind: 'Service' }, service.metadata.name, errors);
  };
  const assignment = { spec, before, own: new Set(before ? valuesHeldBy(before) : []), room, refuse };
  assignFamilies(assignment);
  assignAddresses(assignment);
  assignPorts(assignment);
  for (const value of valuesHeldBy(spec)) if (!assignment.own.has(value)) room.take(value);
  return service;
}
