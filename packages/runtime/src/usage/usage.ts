/** What processes use. */
export interface ProcessUsage {
  readonly cpuNanoSeconds: number;
  readonly memoryBytes: number;
  /** Memory that cannot be given back at once. */
  readonly workingSetBytes: number;
  readonly rssBytes: number;
  readonly pageFaults: number;
  readonly majorPageFaults: number;
  readonly processes: number;
}

export interface ContainerUsage extends ProcessUsage {
  readonly name: string;
  readonly startedAt: Date;
  readonly logBytes: number;
  /** Of the container's own directory; what it writes elsewhere on the machine is not known to be its. */
  readonly writtenBytes: number;
}

/** What a pod uses at one moment. */
export interface PodUsage {
  readonly at: Date;
  /** Those that run. */
  readonly containers: readonly ContainerUsage[];
  /** All of it together. */
  readonly total: ProcessUsage;
  readonly volumes: ReadonlyArray<{ readonly name: string; readonly usedBytes: number }>;
}

const nothing: ProcessUsage = {
  cpuNanoSeconds: 0,
  memoryBytes: 0,
  workingSetBytes: 0,
  rssBytes: 0,
  pageFaults: 0,
  majorPageFaults: 0,
  processes: 0,
};

export function totalUsage(parts: readonly ProcessUsage[]): ProcessUsage {
  return parts.reduce(
    (sum, part) => ({
      cpuNanoSeconds: sum.cpuNanoSeconds + part.cpuNanoSeconds,
      memoryBytes: sum.memoryBytes + part.memoryBytes,
      workingSetBytes: sum.workingSetBytes + part.workingSetBytes,
      rssBytes: sum.rssBytes + part.rssBytes,
      pageFaults: sum.pageFaults + part.pageFaults,
      majorPageFaults: sum.majorPageFaults + part.majorPageFaults,
      processes: sum.processes + part.processes,
    }),
    nothing,
  );
}
