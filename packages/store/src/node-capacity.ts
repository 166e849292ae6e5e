/** What fleet nodes can hold, and what pods of all clusters together have claimed. */
export interface NodeCapacity {
  /** Creates or changes a node. Claims that no longer fit stay. */
  set(node: string, allocatable: NodeResources): Promise<void>;
  /** Takes the node out; its claims stay until they are released. */
  remove(node: string): Promise<void>;
  /** In order of names. */
  usage(): Promise<NodeUsage[]>;
}

/** Cpu in millicores, memory in bytes. */
export interface NodeResources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

export interface NodeUsage {
  readonly node: string;
  readonly allocatable: NodeResources;
  readonly claimed: NodeResources;
}
