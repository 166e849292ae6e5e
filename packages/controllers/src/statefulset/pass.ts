import type { PersistentVolumeClaim, Pod, StatefulSet } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { News } from '../news.ts';
import type { Action, ReconcileContext } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** What one reconcile of a StatefulSet does, as far as it may go. */
export class Pass {
  readonly actions: Action[] = [];
  readonly created: Pod[] = [];
  /** Pods that are being deleted after this pass, and were not before. */
  readonly deleted = new Set<Pod>();
  readonly #set: StatefulSet;
  readonly #refusal: string | undefined;
  #createsLeft: number;
  #podsLeft: number;

  constructor(set: StatefulSet, { mostCreates, createRefusal, podsAtOnce }: ReconcileContext) {
    this.#set = set;
    this.#refusal = createRefusal;
    this.#podsLeft = podsAtOnce;
    this.#createsLeft = mostCreates ?? Number.POSITIVE_INFINITY;
  }

  /** Whether no more pods can be created or deleted in this pass: the next one, in the same turn, goes on. */
  get isFull(): boolean {
    return this.#podsLeft <= 0;
  }

  /** @returns false if it cannot be made: then nothing more is made in this pass. */
  createPod(pod: Pod): boolean {
    if (this.isFull) return false;
    const { name } = pod.metadata;
    if (!this.create(pod, `create Pod ${name} in StatefulSet ${this.#set.metadata.name}`)) return false;
    this.#podsLeft--;
    this.created.push(pod);
    this.#tellOfPod('create', pod);
    return true;
  }

  createClaim(claim: PersistentVolumeClaim, podName: string): boolean {
    const set = this.#set.metadata.name;
    const name = claim.metadata.name;
    if (!this.create(claim, `create Claim ${name} for Pod ${podName} in StatefulSet ${set}`)) return false;
    const message = `create Claim ${name} Pod ${podName} in StatefulSet ${set} success`;
    this.tell({ eventType: 'Normal', reason: 'SuccessfulCreate', message });
    return true;
  }

  /** @param what as an event tells of it: `create Pod web-0 in StatefulSet web` */
  create(object: KubeObject, what: string): boolean {
    if (this.#createsLeft <= 0) {
      this.failCreate(what, this.#refusal ?? '');
      return false;
    }
    this.#createsLeft--;
    this.actions.push({ type: 'create', object });
    return true;
  }

  failCreate(what: string, why: string): void {
    const message = `${what} failed error: ${why}`;
    this.tell({ eventType: 'Warning', reason: 'FailedCreate', message });
  }

  deletePod(pod: Pod): void {
    if (this.isFull) return;
    this.#podsLeft--;
    this.deleted.add(pod);
    this.actions.push({ type: 'delete', key: keyOf('pods', pod), uid: pod.metadata.uid ?? '' });
    this.#tellOfPod('delete', pod);
  }

  updatePod(pod: Pod): void {
    this.actions.push({ type: 'update', object: pod });
    this.#tellOfPod('update', pod);
  }

  update(object: KubeObject): void {
    this.actions.push({ type: 'update', object });
  }

  tell(news: News): void {
    this.actions.push({ type: 'event', regarding: this.#set, ...news });
  }

  #tellOfPod(verb: 'create' | 'delete' | 'update', { metadata }: Pod): void {
    const reasons = {
      create: 'SuccessfulCreate',
      delete: 'SuccessfulDelete',
      update: 'SuccessfulUpdate',
    } as const;
    const message = `${verb} Pod ${metadata.name} in StatefulSet ${this.#set.metadata.name} successful`;
    this.tell({ eventType: 'Normal', reason: reasons[verb], message });
  }
}
