import {
  byteLength,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
  tooLong,
} from '@berth/machinery';
import type {
  Container,
  ContainerStatus,
  PodSpec,
  PodStatus,
  ResourceHealth,
} from '../generated/api-types.ts';
import { validateUserId } from '../pod-template/security-context.ts';

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
const maxMessageBytes = 1024;
const healths = ['Healthy', 'Unhealthy', 'Unknown'];

/** What a node reports of each container: its user and its devices. */
export function validateContainerStatuses(status: PodStatus, spec: PodSpec): FieldError[] {
  const containers = {
    containerStatuses: spec.containers ?? [],
    initContainerStatuses: spec.initContainers ?? [],
    ephemeralContainerStatuses: undefined,
  };
  const perStatus = (
    check: (status: ContainerStatus, at: FieldPath, of: readonly Container[] | undefined) => FieldError[],
  ) =>
    lists.flatMap((list) =>
      (status[list] ?? []).flatMap((one, index) =>
        check(one, path('status', list).index(index), containers[list]),
      ),
    );
  return [
    ...perStatus((one, at) => validateUser(one, at.child('user', 'linux'), spec.os?.name)),
    ...perStatus((one, at, of) => validateDevices(one, at.child('allocatedResourcesStatus'), of)),
  ];
}

function validateUser({ user }: ContainerStatus, at: FieldPath, osName: string | undefined): FieldError[] {
  if (!user?.linux) return [];
  if (osName === 'windows') return [forbidden(at, 'cannot be set for a windows pod')];
  const { uid, gid, supplementalGroups = [] } = user.linux;
  return [
    ...validateUserId(uid, at.child('uid')),
    ...validateUserId(gid, at.child('gid')),
    ...supplementalGroups.flatMap((id, index) =>
      validateUserId(id, at.child('supplementalGroups').index(index)),
    ),
  ];
}

function validateDevices(
  status: ContainerStatus,
  at: FieldPath,
  containers: readonly Container[] | undefined,
): FieldError[] {
  const devices = status.allocatedResourcesStatus ?? [];
  if (!containers) {
    return devices.length > 0 ? [forbidden(at, 'must not be specified in container status')] : [];
  }
  const container = containers.find(({ name }) => name === status.name);
  return devices.flatMap(({ name, resources = [] }, index) => [
    ...(container ? validateDeviceName(name, at.index(index).child('name'), container) : []),
    ...validateHealth(resources, at.index(index).child('resources')),
  ]);
}

function validateDeviceName(name: string, at: FieldPath, { resources }: Container): FieldError[] {
  if (name.startsWith('claim:')) {
    const claims = (resources?.claims ?? []).map(({ name: claim, request }) =>
      request ? `claim:${claim}/${request}` : `claim:${claim}`,
    );
    const detail =
      "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
    return claims.includes(name) ? [] : [invalid(at, name, detail)];
  }
  if (resources?.requests?.[name] !== undefined) return [];
  return [invalid(at, name, "must match one of the container's resource requests")];
}

function validateHealth(resources: readonly ResourceHealth[], at: FieldPath): FieldError[] {
  const ids = new Set<string>();
  return resources.flatMap(({ resourceID, health = '', message }, index) => {
    const healthAt = at.index(index);
    const errors = healths.includes(health) ? [] : [notSupported(healthAt.child('health'), health, healths)];
    if (message === '') errors.push(required(healthAt.child('message'), 'must be non-empty if specified'));
    if (message !== undefined && byteLength(message) > maxMessageBytes) {
      errors.push(tooLong(healthAt.child('message'), maxMessageBytes));
    }
    if (ids.has(resourceID)) errors.push(duplicate(healthAt.child('resourceID'), resourceID));
    ids.add(resourceID);
    return errors;
  });
}
