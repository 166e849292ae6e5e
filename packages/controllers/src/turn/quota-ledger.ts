import { groupResource, type KindDefinition, type KindRegistry, resourceName } from '@berth/kinds';
import {
  addedUsage,
  addQuantities,
  countedOnly,
  describeQuotaRefusal,
  forbiddenError,
  formatQuantity,
  judgeQuotas,
  type KubeObject,
  type QuotaState,
  type UsageChange,
} from '@berth/machinery';
import type { BaseView } from './base-view.ts';
import type { Undo } from './overlay.ts';

/** What all clusters of the tenant together may use, with what they did when it was read. */
export interface PlanRoom {
  readonly tenant: string;
  readonly state: QuotaState;
}

interface MutableState extends QuotaState {
  readonly used: Record<string, string>;
}

export interface LedgerStep {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/**
 * The room that quotas leave, as a turn's own writes take it up: so that a turn is refused what the API would refuse. The
 * commit is the judge; what it finds taken by others in between it refuses as a whole.
 */
export class QuotaLedger {
  readonly #base: BaseView;
  readonly #quotaKinds: readonly KindDefinition[];
  readonly #namespaces = new Map<string, readonly MutableState[]>();
  readonly #plan: { readonly tenant: string; readonly state: MutableState } | undefined;
  #undo: Undo[] = [];

  constructor(options: { base: BaseView; registry: KindRegistry; plan: PlanRoom | undefined }) {
    this.#base = options.base;
    this.#quotaKinds = options.registry.definitions.filter(({ quota }) => quota);
    this.#plan = options.plan && { ...options.plan, state: mutable(options.plan.state) };
  }

  /** Takes up room for a write. @throws StatusError `Forbidden`, in the words of the API, if there is none. */
  take(definition: KindDefinition, step: LedgerStep): void {
    const object = step.after ?? step.before;
    if (object === undefined) return;
    const { name, namespace = '' } = object.metadata;
    const quotas = this.#quotasOf(namespace);
    if (quotas.length === 0 && this.#plan === undefined) return;
    const change = changeOf(definition, step);
    const refusal = judgeQuotas(quotas, change) ?? this.#planRefusal(change);
    if (refusal !== undefined) {
      throw forbiddenError(groupResource(definition), name, describeQuotaRefusal(refusal));
    }
    for (const state of this.#plan ? [...quotas, this.#plan.state] : quotas) this.#add(state, change);
  }

  /** @returns what gives back everything taken from now on. Only the newest savepoint may be undone. */
  savepoint(): Undo {
    this.#undo = [];
    return () => {
      for (const step of this.#undo.reverse()) step();
      this.#undo = [];
    };
  }

  #planRefusal(change: UsageChange) {
    if (this.#plan === undefined) return undefined;
    const { tenant, state } = this.#plan;
    const refusal = judgeQuotas([state], change);
    return refusal?.by === 'quota'
      ? ({ by: 'plan', tenant, exceeded: refusal.exceeded } as const)
      : undefined;
  }

  #quotasOf(namespace: string): readonly MutableState[] {
    const known = this.#namespaces.get(namespace);
    if (known) return known;
    const quotas = this.#quotaKinds
      .flatMap((kind) =>
        this.#base.list(resourceName(kind), namespace).flatMap((quota) => stateOf(kind, quota)),
      )
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    this.#namespaces.set(namespace, quotas);
    return quotas;
  }

  #add({ rule, used }: MutableState, change: UsageChange): void {
    for (const [resource, amount] of addedUsage(rule, change)) {
      const before = used[resource] ?? '0';
      used[resource] = formatQuantity(addQuantities(before, amount));
      this.#undo.push(() => {
        used[resource] = before;
      });
    }
  }
}

function changeOf(definition: KindDefinition, { before, after }: LedgerStep): UsageChange {
  const usageOf = definition.usage ?? (() => countedOnly);
  return {
    resource: resourceName(definition),
    ...(before && { before: usageOf(before) }),
    ...(after && { after: usageOf(after) }),
  };
}

function stateOf(kind: KindDefinition, quota: KubeObject): MutableState[] {
  if (!kind.quota) return [];
  // Kinds with quotas keep what is used in this member of their status.
  const { status } = quota as { status?: { used?: Record<string, string> } };
  return [mutable({ name: quota.metadata.name, rule: kind.quota(quota), used: status?.used ?? {} })];
}

function mutable({ used, ...state }: QuotaState): MutableState {
  return { ...state, used: { ...used } };
}
