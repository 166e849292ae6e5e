import { flowControlBootstrap, type FlowSchema, type PriorityLevelConfiguration } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { FlowRequest } from './flow-request.ts';
import { matchesRule } from './match-rule.ts';
import { type PriorityLevel, priorityLevelOf } from './priority-level.ts';

/** Where a request is served: the schema that it matches, that schema's level, and which of its flows it belongs to. */
export interface Flow {
  /** Absent for a schema that the cluster has without having it stored. */
  readonly schemaUid: string | undefined;
  readonly schemaName: string;
  readonly level: PriorityLevel;
  /** Requests with the same schema and distinguisher are one flow. */
  readonly distinguisher: string;
}

/** The flow control of one cluster, compiled. Immutable. */
export interface Steering {
  readonly levels: readonly PriorityLevel[];
  /** Shares of all limited levels together. */
  readonly totalShares: number;
  /** The flow of a request. Every request of an authenticated identity has one. */
  flowOf(request: FlowRequest): Flow;
}

interface CompiledSchema {
  readonly name: string;
  readonly uid: string | undefined;
  readonly level: PriorityLevel;
  readonly precedence: number;
  readonly distinguishes: string | undefined;
  readonly rules: NonNullable<NonNullable<FlowSchema['spec']>['rules']>;
}

/**
 * Compiles the flow control of a cluster. Objects that every cluster has and that are not among those given stand in with
 * what they begin as. Schemas whose level does not exist match nothing.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
export function compileSteering(objects: readonly KubeObject[]): Steering {
  const known = new Set(objects.map(idOf));
  const all = [...objects, ...flowControlBootstrap.filter((object) => !known.has(idOf(object)))];
  const levels = all.filter(isPriorityLevel).map(priorityLevelOf);
  const byName = new Map(levels.map((level) => [level.name, level]));
  const schemas = all
    .filter(isFlowSchema)
    .flatMap((object) => compiledSchema(object, byName))
    .sort((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1));
  const catchAll = schemas.find(({ name }) => name === 'catch-all');
  if (catchAll === undefined) throw new Error('every cluster has the mandatory schemas');
  return {
    levels,
    totalShares: levels.reduce((sum, { shares }) => sum + shares, 0),
    flowOf(request) {
      const found = schemas.find(({ rules }) => rules.some((rule) => matchesRule(rule, request))) ?? catchAll;
      const { name, uid: schemaUid, level } = found;
      return { schemaName: name, schemaUid, level, distinguisher: distinguisherOf(found, request) };
    },
  };
}

function compiledSchema(
  { metadata, spec }: FlowSchema,
  levels: ReadonlyMap<string, PriorityLevel>,
): CompiledSchema[] {
  const level = levels.get(spec?.priorityLevelConfiguration.name ?? '');
  if (spec === undefined || level === undefined) return [];
  const { matchingPrecedence = 0, distinguisherMethod, rules = [] } = spec;
  const distinguishes = distinguisherMethod?.type;
  const { name, uid } = metadata;
  return [{ name, uid, level, precedence: matchingPrecedence, distinguishes, rules }];
}

function distinguisherOf({ distinguishes }: CompiledSchema, { username, target }: FlowRequest): string {
  if (distinguishes === 'ByUser') return username;
  return distinguishes === 'ByNamespace' && 'namespace' in target ? target.namespace : '';
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function isFlowSchema(object: KubeObject): object is FlowSchema {
  return object.kind === 'FlowSchema';
}

function isPriorityLevel(object: KubeObject): object is PriorityLevelConfiguration {
  return object.kind === 'PriorityLevelConfiguration';
}
