/** What a pod takes up on a node. Cpu in millicores, memory in bytes, all others in whole units. */
export interface PodRoom {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Of each other resource (`ephemeral-storage`, extended ones) how much. Absent: none. */
  readonly others?: Readonly<Record<string, number>>;
  /** Ports of the host, as `hostPort` writes them. Absent: none. */
  readonly hostPorts?: readonly string[];
}

/** What pods take up on a node together. */
export interface ClaimedRoom extends PodRoom {
  readonly pods: number;
}

export const nothingClaimed: ClaimedRoom = { cpuMillis: 0, memoryBytes: 0, pods: 0 };

/** What is claimed once a pod has come (`sign` 1) or gone (-1). Never less than nothing, whatever the pod may never have had. */
export function claimedWith(claimed: ClaimedRoom, room: PodRoom, sign: 1 | -1): ClaimedRoom {
  const others = room.others ? movedOthers(claimed.others, room.others, sign) : claimed.others;
  const hostPorts = room.hostPorts ? movedPorts(claimed.hostPorts, room.hostPorts, sign) : claimed.hostPorts;
  return {
    cpuMillis: Math.max(0, claimed.cpuMillis + sign * room.cpuMillis),
    memoryBytes: Math.max(0, claimed.memoryBytes + sign * room.memoryBytes),
    pods: Math.max(0, claimed.pods + sign),
    ...(others && { others }),
    ...(hostPorts && { hostPorts }),
  };
}

function movedOthers(
  claimed: PodRoom['others'],
  moved: Readonly<Record<string, number>>,
  sign: 1 | -1,
): PodRoom['others'] {
  const result: Record<string, number> = { ...claimed };
  for (const [resource, amount] of Object.entries(moved)) {
    const sum = (result[resource] ?? 0) + sign * amount;
    if (sum > 0) result[resource] = sum;
    else delete result[resource];
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/** On a node that no claims guard two pods may have the same port: when one goes, the other still has it. */
function movedPorts(
  claimed: readonly string[] = [],
  moved: readonly string[],
  sign: 1 | -1,
): PodRoom['hostPorts'] {
  if (sign === 1) return [...claimed, ...moved];
  const result = [...claimed];
  for (const port of moved) {
    const place = result.indexOf(port);
    if (place >= 0) result.splice(place, 1);
  }
  return result.length > 0 ? result : undefined;
}
