/** What fleet nodes can hold, and what pods of all clusters together have claimed. */
export interface NodeCapacity {
  /** Creates or changes a node. Claims that no longer fit stay. */
  set(node: string, allocatable: NodeResources): Promise<void>;
  /** Takes the node out; its claims stay until they are released. */
  remove(node: string): Promise<void>;
  /** In order of names. */
  usage(): Promise<NodeUsage[]>;
}

/** Cpu in millicores, memory in bytes, all others in whole units. */
export interface NodeResources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
  /** Of each other resource (`ephemeral-storage`, extended ones) how much. Absent: none. */
  readonly others?: Readonly<Record<string, number>>;
}

export interface NodeUsage {
  readonly node: string;
  readonly allocatable: NodeResources;
  readonly claimed: NodeResources & {
    /** As in `NodeClaim`. Absent: none. */
    readonly hostPorts?: readonly string[];
  };
}
