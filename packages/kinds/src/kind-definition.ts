import type {
  FieldError,
  KubeObject,
  LabelRequirement,
  NameRule,
  ObjectUsage,
  QuotaRule,
  SchemaTable,
  TableColumn,
} from '@berth/machinery';
import type { PolicyRule, RoleRef } from './generated/api-types.ts';
import type { AssignmentRoom, ServiceNetwork } from './lifecycle/assignment-room.ts';
import type { KindAdmission } from './lifecycle/admission.ts';

export type { TableColumn };

/** One group/version under which a kind is served. */
export interface ServedVersion {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** Full name of the version's message in the schema table. */
  readonly message: string;
  /** Sent as a `Warning` header on every use, e.g. `batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob`. */
  readonly deprecationWarning?: string;
  /** Rules of requests in this version, beyond the kind's own. On objects of the storage version. */
  readonly strict?: {
    readonly validateCreate: (object: KubeObject) => readonly FieldError[];
    readonly validateUpdate: (next: KubeObject, current: KubeObject) => readonly FieldError[];
  };
  /** Field changes between this version and the storage version; absent where only `apiVersion` differs. */
  readonly convert?: {
    readonly toStorage: (object: KubeObject) => KubeObject;
    readonly fromStorage: (object: KubeObject) => KubeObject;
  };
}

/** Where clusters are found. */
export interface ClusterPlace {
  /** Of the API server; undefined if it has no address that others than its own machine reach. */
  readonly address: string | undefined;
  readonly port: number;
  readonly network: ServiceNetwork;
}

/**
 * What a write does to fields that the user does not own. All functions are pure and return a new object.
 * Metadata is not their business: the lifecycle validates it, by the kind's `nameRule`.
 */
export interface KindStrategy {
  /** Fills defaults in (of the storage version). Also runs on every update, before validation. */
  readonly applyDefaults: (object: KubeObject) => KubeObject;
  /** Drops what create may not set (status) and derives what Berth sets. */
  readonly prepareForCreate: (object: KubeObject) => KubeObject;
  /** Carries over what the main resource may not change (status). */
  readonly prepareForUpdate: (next: KubeObject, current: KubeObject) => KubeObject;
  readonly validateCreate: (object: KubeObject) => readonly FieldError[];
  readonly validateUpdate: (next: KubeObject, current: KubeObject) => readonly FieldError[];
  /**
   * Warnings for the `Warning` header, in upstream's words: of a create, or of an update of `current` through the main
   * resource. Objects are as they are to be stored.
   */
  readonly warnings?: (object: KubeObject, current?: KubeObject) => readonly string[];
  /** The `status` subresource; absent where the kind has none. */
  readonly status?: UpdateStrategy;
  /** Takes off a finalizer that no client can, when everything that it stood for is gone: see `beforeFinalize`. */
  readonly finalize?: UpdateStrategy;
  /** Further subresources whose body is the object itself (a namespace's `finalize`), by name. */
  readonly subresources?: Readonly<Record<string, UpdateStrategy>>;
  /** Why the object may not be deleted, in upstream's words; nothing if it may. */
  readonly forbidsDelete?: (object: KubeObject) => string | undefined;
  /** Finalizers outside metadata (a namespace's `spec.finalizers`): while there are any, the object stays. */
  readonly ownFinalizers?: (object: KubeObject) => readonly string[];
  /** What else changes when an object begins to terminate (a namespace's phase). */
  readonly markTerminating?: (object: KubeObject) => KubeObject;
}

/** An update of the main resource or of a subresource, after defaults. Pure. */
export interface UpdateStrategy {
  readonly prepareForUpdate: (next: KubeObject, current: KubeObject) => KubeObject;
  readonly validateUpdate: (next: KubeObject, current: KubeObject) => readonly FieldError[];
}

/** Everything the rest of Berth knows of a kind. No other file names one. */
export interface KindDefinition {
  readonly kind: string;
  /** `KindList`. */
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** The first one is the storage version. Order within a group is preference order. */
  readonly versions: readonly [ServedVersion, ...ServedVersion[]];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** How many replicas an object wants and has: the `scale` subresource, where the kind has one. */
  readonly scale?: KindScale;
  readonly columns: readonly TableColumn[];
  /** The order of the rows of a table, where it is not that of the names. */
  readonly tableOrder?: (a: KubeObject, b: KubeObject) => number;
  readonly strategy: KindStrategy;
  /** Which other objects judge an object, one after the other. */
  readonly admission?: readonly KindAdmission[];
  /** Field selectors beyond `metadata.name` and `metadata.namespace`: selector key to the object's value ('' when unset). */
  readonly selectableFields: Readonly<Record<string, (object: KubeObject) => string>>;
  /** The form of `metadata.name`. Default: a DNS subdomain. */
  readonly nameRule?: NameRule;
  /** `metadata.generation` counts changes of spec. False for kinds that have no generation (ConfigMap, Event, …). */
  readonly hasGeneration: boolean;
  /** `metadata.generation` counts changes of annotations, too, where what a controller does hangs on them (Deployments). */
  readonly generationCountsAnnotations?: boolean;
  /**
   * Grace of a deletion, in seconds, or 0 to delete at once. Only pods have one. Asked once, when deletion begins.
   * `requestedSeconds` is the request's `gracePeriodSeconds`.
   */
  readonly deletionGraceSeconds?: (object: KubeObject, requestedSeconds: number | undefined) => number;
  /**
   * What a delete without `propagationPolicy` does. Default `background`; Job's legacy default is `orphan`;
   * `unsupported` if the garbage collector's finalizers are never set (events).
   */
  readonly defaultPropagation?: 'background' | 'orphan' | 'unsupported';
  /**
   * `fleet`: objects live in the system cluster's log alone; every other cluster reads them as a view (nodes).
   * Default `cluster`.
   */
  readonly home?: 'cluster' | 'fleet';
  /** Of kinds of the fleet: which of its objects a cluster sees that may use these node pools (undefined: all of them). */
  readonly fleetView?: (nodePools: readonly string[] | undefined) => readonly LabelRequirement[];
  /** Only the `system` cluster serves this kind. */
  readonly systemOnly?: boolean;
  /** Objects exist for the time of a request only (reviews): the API server answers them, the store never sees one. */
  readonly virtual?: boolean;
  /** An update must carry a `resourceVersion`. Default: an update without one is unconditional. */
  readonly requiresResourceVersion?: boolean;
  /** An update of an object that does not exist creates it. */
  readonly createOnUpdate?: boolean;
  /** Objects that are overwritten in place and leave no trace in the log (node heartbeats). */
  readonly offLog?: (key: { readonly namespace: string; readonly name: string }) => boolean;
  /** Applying an object that does not exist is refused: the answer to its POST tells what no other request does. */
  readonly createdByPostAlone?: boolean;
  /**
   * The object with the time at which it was last used. Uses are kept off the log, in rows that are overwritten: reads
   * show them, watches and stored objects do not.
   */
  readonly withLastUse?: (object: KubeObject, at: Date) => KubeObject;
  /** The cluster that exists as long as the object does: made with it in one transaction, ended as its deletion begins. */
  readonly provisionsCluster?: (object: KubeObject) => {
    readonly clusterId: string;
    readonly tenantId: string;
    /** Names the template whose objects the cluster begins with, in the object's own namespace. */
    readonly template?: string | undefined;
    /** Takes no writes. */
    readonly suspended: boolean;
  };
  /**
   * Objects, of this kind and of those that belong with it, that every cluster has. They cost a cluster nothing until
   * somebody looks at one of these kinds in it: then they are made. Their names are DNS subdomains.
   */
  readonly bootstrapObjects?: readonly KubeObject[];
  /** The same for objects that say where the cluster is. Whoever has one of these kinds before his eyes finds them there. */
  readonly placedObjects?: (place: ClusterPlace) => readonly KubeObject[];
  /** What the system cluster has of them, where that is something else. */
  readonly systemBootstrapObjects?: readonly KubeObject[];
  /** Objects that are created in the same transaction as this one: all of them are there, or none is. */
  readonly createdTogether?: (object: KubeObject) => readonly KubeObject[];
  /** A deletion that removes the object at once answers with its last state (pods). Default: with a `Status`. */
  readonly answersDeleteWithObject?: boolean;
  /** Bodies hold what nobody may read who reads the database: they rest sealed under the cluster's data key. */
  readonly encryptedAtRest?: boolean;
  /** Bodies may hold secrets: the audit log never keeps them. Those that rest sealed are none of its business anyway. */
  readonly holdsSecrets?: boolean;
  /**
   * Gives a new or changed object (`current` is the former state) what only one object can have: addresses, ports. Before
   * validation. What it is given stands in `usage` as `holds`, so that the commit refuses it to everybody else. Pure.
   */
  readonly assign?: (object: KubeObject, current: KubeObject | undefined, room: AssignmentRoom) => KubeObject;
  /** What an object uses of quotas and plans, beyond being one more of its kind. Pure. Default: nothing. */
  readonly usage?: (object: KubeObject) => ObjectUsage;
  /** What an object of this kind allows the objects of its namespace. The commit keeps `status.hard` and `status.used` of it. */
  readonly quota?: (object: KubeObject) => QuotaRule;
  /** The node whose agent must hear of this object; the store indexes it over all clusters. */
  readonly assignedNode?: (object: KubeObject) => string | undefined;
  /** What an object of this kind gives to others: who writes it must hold that, or be allowed to give it (RBAC). */
  readonly grants?: (object: KubeObject) => Grants;
  /** Messages of kinds that Kubernetes' own schema table does not have. Names must be unique in the registry. */
  readonly schema?: SchemaTable;
}

/** Reads and writes the number of replicas of an object of the storage version. Pure. */
export interface KindScale {
  /** Where the wanted number stands, in every served version: whoever scales owns that field. */
  readonly replicasPath: readonly [string, ...string[]];
  readonly replicas: (object: KubeObject) => number;
  readonly withReplicas: (object: KubeObject, replicas: number) => KubeObject;
  readonly currentReplicas: (object: KubeObject) => number;
  /** What finds the pods, as the `labelSelector` of a list has it; '' for none. */
  readonly selector: (object: KubeObject) => string;
}

/** What an object gives to others. */
export type Grants =
  /** These rules; `aggregates` those of others, whatever they will be. */
  | { readonly type: 'rules'; readonly rules: readonly PolicyRule[]; readonly aggregates: boolean }
  /** The rules of a role. */
  | { readonly type: 'role'; readonly roleRef: RoleRef };

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource as discovery names it. Which handler serves it is the API server's business. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Where the body is of another kind (`Binding`, `Eviction`, `TokenRequest`, `Scale`). */
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
  /** What is asked or answered is a secret: the audit log never keeps it. */
  readonly holdsSecrets?: boolean;
  /** Full name of that kind's message in the schema table, where it is none of Kubernetes' own. */
  readonly message?: string;
}
