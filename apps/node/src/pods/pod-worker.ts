import { createHash } from 'node:crypto';
import type { Pod } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import {
  type Clock,
  type PodIdentity,
  type PodInputs,
  type PodObservation,
  type PodRuntime,
  type RuntimeEvent,
  unstartedPod,
} from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { Backoff } from '../api/backoff.ts';
import { namespacedPath } from '../api/paths.ts';
import type { PodInput } from './follow-inputs.ts';
import { PodInputsSource } from './pod-inputs.ts';
import type { ServiceDirectory } from '../services/service-directory.ts';
import { serviceVariables } from '../services/service-variables.ts';
import { isFinal, type NodePodStatus, type PodFailure, podStatus, type StatusInput } from './pod-status.ts';
import { type StatusReport, StatusWriter } from './status-writer.ts';

export interface PodWorkerOptions {
  readonly identity: PodIdentity;
  readonly runtime: PodRuntime;
  readonly api: ApiClient;
  readonly hostIp: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the pod's cluster, for the variables by which containers find them. */
  readonly services?: ServiceDirectory;
  readonly recordEvent: (clusterId: string, pod: Pod, event: RuntimeEvent) => void;
  /** Nothing of the pod is left, neither here nor in the API. */
  readonly onDone: () => void;
}

const deadlineExceeded: PodFailure = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** As the kubelet says it. https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/ */
const nodeShutdown: PodFailure = {
  reason: 'Terminated',
  message: 'Pod was terminated in response to imminent node shutdown.',
  disruption: 'TerminationByKubelet',
};

const noInputs: PodInputs = {
  configMaps: new Map(),
  secrets: new Map(),
  tokens: new Map(),
  claims: new Map(),
};

/** How often ConfigMaps, Secrets and tokens of running pods are looked at again. */
const refreshInputsMs = 60_000;
/** How often a pod looks whether the Services of its cluster are known, and for how long it waits for that. */
const servicesRetryMs = 50;
const longestServicesWaitMs = 10_000;
/** Kubernetes' default of `terminationGracePeriodSeconds`. */
const defaultGraceSeconds = 30;

/**
 * Brings one pod from what the API wants to what the runtime does, and tells the API how it is. Level-triggered: whatever
 * happened, it looks at the latest pod and the latest observation and does what is missing. One pass at a time.
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #inputsBackoff = new Backoff(2_000, refreshInputsMs);
  readonly #failureBackoff = new Backoff(200, 30_000);
  #pod: Pod | undefined;
  #inputs: PodInputsSource | undefined;
  #inputsRetryAt: Date | undefined;
  #inputsRefreshAt: Date | undefined;
  #servicesAwaitedUntilMs: number | undefined;
  #variables: Readonly<Record<string, string>> = {};
  #ranAs: string | undefined;
  #writer: StatusWriter | undefined;
  #startTime: string | undefined;
  #isGone = false;
  #isDeleted = false;
  #isClosed = false;
  #shutdown: { readonly graceSeconds: number; readonly onDone: () => void } | undefined;
  #isBusy = false;
  #again = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: PodWorkerOptions) {
    this.#options = options;
  }

  get identity(): PodIdentity {
    return this.#options.identity;
  }

  /** The pod as the API had it last; undefined for one that was found on disk and not heard of yet. */
  get pod(): Pod | undefined {
    return this.#pod;
  }

  /** The API has this pod. */
  set(pod: Pod): void {
    this.#pod = pod;
    this.#isGone = false;
    this.#wake();
  }

  /** The API has no such pod any more. */
  gone(): void {
    this.#isGone = true;
    this.#wake();
  }

  /** The runtime has something new to say of the pod. */
  observed(): void {
    this.#wake();
  }

  get takesInputs(): boolean {
    return this.#inputs?.isEmpty === false;
  }

  /** Looks at what the pod takes in again, if this is part of it. */
  inputChanged(input: PodInput): void {
    const { clusterId, namespace } = this.#options.identity;
    if (input.cluster !== clusterId || input.namespace !== namespace) return;
    if (this.#inputs?.refersTo(input) !== true) return;
    this.#inputsRetryAt = this.#options.clock.now();
    this.#wake();
  }

  event(event: RuntimeEvent): void {
    const { recordEvent, identity } = this.#options;
    if (this.#pod !== undefined) recordEvent(identity.clusterId, this.#pod, event);
  }

  /**
   * The node goes for good: ends the pod with its grace, at most this one, and marks it as failed. Resolves once nothing of it runs and
   * the API knows; that may be never, where the API cannot be reached.
   */
  shutDown(graceSeconds: number): Promise<void> {
    return new Promise((onDone) => {
      this.#shutdown = { graceSeconds, onDone };
      this.#wake();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelWake?.();
  }

  #wake(): void {
    this.#again = true;
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#isClosed) {
      this.#again = false;
      this.#cancelWake?.();
      this.#cancelWake = undefined;
      try {
        const wakeAt = await this.#pass();
        this.#failureBackoff.reset();
        this.#tellShutDown();
        this.#wakeAt(wakeAt);
      } catch (err) {
        const { identity, clock, log } = this.#options;
        const delayMs = this.#failureBackoff.next();
        const level = err instanceof ApiError && err.isTransient ? 'debug' : 'warn';
        log[level]({ pod: identity, err, delayMs }, 'a pod could not be brought forward; trying again');
        this.#wakeAt(new Date(clock.now().getTime() + delayMs));
      }
    }
    this.#isBusy = false;
  }

  #tellShutDown(): void {
    const { runtime, identity } = this.#options;
    if (!this.#again && runtime.observe(identity.uid)?.stopped !== false) this.#shutdown?.onDone();
  }

  #wakeAt(time: Date | undefined): void {
    if (time === undefined || this.#isClosed) return;
    this.#cancelWake?.();
    this.#cancelWake = this.#options.clock.at(time, () => this.#wake());
  }

  /** One look at everything; returns when to look again if nothing happens. */
  async #pass(): Promise<Date | undefined> {
    const pod = this.#pod;
    if (this.#isGone) return this.#leave();
    if (pod === undefined) return undefined;
    this.#startTime ??= pod.status?.startTime ?? toTime(this.#options.clock.now());
    if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate(pod);
    if (isFinal(pod.status?.phase)) return this.#rest(pod);
    if (this.#shutdown !== undefined) return this.#end(pod, nodeShutdown, this.#shutdown.graceSeconds);
    const deadline = this.#deadline(pod);
    if (deadline !== undefined && deadline <= this.#options.clock.now())
      return this.#end(pod, deadlineExceeded);
    const awaitsServicesUntil = this.#awaitedServices(pod);
    // Nothing is said of a pod that was found running before it is known again.
    if (awaitsServicesUntil !== undefined) return earliest(deadline, awaitsServicesUntil);
    const eviction = this.#options.runtime.observe(this.identity.uid)?.eviction;
    if (eviction !== undefined) return this.#end(pod, { reason: 'Evicted', message: eviction }, 0);
    await this.#keepRunning(pod);
    await this.#report(pod);
    return earliest(deadline, this.#inputsRetryAt, this.#inputsRefreshAt);
  }

  /** Ends what still runs of a pod that the API has forgotten, and removes it here. */
  async #leave(): Promise<undefined> {
    const { runtime, identity, onDone } = this.#options;
    this.#stop(0);
    if (runtime.observe(identity.uid)?.stopped === false) return;
    await runtime.remove(identity.uid);
    this.close();
    onDone();
  }

  async #terminate(pod: Pod): Promise<undefined> {
    const { runtime, identity } = this.#options;
    this.#stop(pod.metadata.deletionGracePeriodSeconds ?? defaultGraceSeconds);
    const observation = runtime.observe(identity.uid);
    await this.#report(pod);
    if (observation !== undefined && !observation.stopped) return;
    // 0: the API knows already that the pod has ended, and waits for finalizers.
    if (this.#isDeleted || pod.metadata.deletionGracePeriodSeconds === 0) return;
    await this.#confirmDeletion(pod);
    this.#isDeleted = true;
  }

  /** A pod whose phase is final stays as it is, for its logs; what should still run of it ends. */
  async #rest(pod: Pod): Promise<undefined> {
    const { runtime, identity } = this.#options;
    if (runtime.observe(identity.uid) === undefined) return;
    this.#stop(pod.spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds);
    await this.#report(pod);
  }

  /** Ends a pod that the API would let go on. */
  async #end(pod: Pod, failure: PodFailure, maxGraceSeconds = Number.POSITIVE_INFINITY): Promise<undefined> {
    const graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    this.#stop(Math.min(graceSeconds, maxGraceSeconds));
    await this.#report(pod, failure);
  }

  /** Asks the runtime to end the pod, unless it has: an answer to each answer would never end. */
  #stop(graceSeconds: number): void {
    const { runtime, identity } = this.#options;
    if (runtime.observe(identity.uid)?.stopped === false) runtime.stop(identity.uid, graceSeconds);
  }

  #deadline({ spec }: Pod): Date | undefined {
    const seconds = spec?.activeDeadlineSeconds;
    if (seconds === undefined || this.#startTime === undefined) return undefined;
    return new Date(new Date(this.#startTime).getTime() + seconds * 1000);
  }

  /** Hands the pod to the runtime when it, or what it refers to, may have changed. */
  async #keepRunning(pod: Pod): Promise<void> {
    const { runtime, identity, api, clock } = this.#options;
    const now = clock.now();
    const as = fingerprint(pod);
    const dueAt = earliest(this.#inputsRetryAt, this.#inputsRefreshAt);
    const isDue = dueAt !== undefined && dueAt <= now;
    if (as === this.#ranAs && !isDue) return;
    if (this.#inputs === undefined || as !== this.#ranAs) {
      this.#inputs = new PodInputsSource(api, identity.clusterId, pod);
    }
    const inputs = runtime.usesInputs ? await this.#inputs.fetch(now) : noInputs;
    await runtime.run(identity.clusterId, pod, { ...inputs, serviceVariables: this.#variables });
    this.#ranAs = as;
    this.#inputsRetryAt = undefined;
    this.#inputsRefreshAt = undefined;
  }

  /** When to look again for the Services of the cluster, while a pod that has not run yet waits for them. */
  #awaitedServices(pod: Pod): Date | undefined {
    const { services, identity, clock, log } = this.#options;
    if (services === undefined) return undefined;
    const variables = serviceVariables(services, identity.clusterId, pod);
    this.#variables = variables ?? this.#variables;
    if (variables !== undefined || this.#ranAs !== undefined) return undefined;
    const nowMs = clock.now().getTime();
    this.#servicesAwaitedUntilMs ??= nowMs + longestServicesWaitMs;
    if (nowMs < this.#servicesAwaitedUntilMs) return new Date(nowMs + servicesRetryMs);
    log.warn(
      { pod: identity },
      'the Services of the cluster are not known: the pod runs without their variables',
    );
    return undefined;
  }

  #scheduleInputs(observation: PodObservation): void {
    const { clock, runtime } = this.#options;
    const nowMs = clock.now().getTime();
    if (observation.awaitsInputs) {
      this.#inputsRetryAt ??= new Date(nowMs + this.#inputsBackoff.next());
      return;
    }
    const isLive = runtime.usesInputs && this.#inputs?.isEmpty === false && !observation.finished;
    this.#inputsRefreshAt = isLive ? (this.#inputsRefreshAt ?? new Date(nowMs + refreshInputsMs)) : undefined;
  }

  async #report(pod: Pod, failure?: PodFailure): Promise<void> {
    const { runtime, identity, log } = this.#options;
    // A pod can come to its end before it has run: its deadline passes while it waits for Services.
    const observation = runtime.observe(identity.uid) ?? (failure && unstartedPod(pod));
    if (observation === undefined || this.#startTime === undefined) return;
    this.#scheduleInputs(observation);
    const writer = (this.#writer ??= new StatusWriter(this.#options.api, identity.clusterId, pod));
    const latest = (): StatusReport => {
      const known = this.#pod ?? pod;
      const seen = runtime.observe(identity.uid) ?? observation;
      return {
        pod: known,
        status: this.#statusOf(pod, { observation: seen, before: writer.before(known) }, failure),
      };
    };
    const outcome = await writer.write(latest);
    if (outcome === 'gone') log.debug({ pod: identity }, 'the pod is gone; waiting to hear it');
  }

  #statusOf(
    pod: Pod,
    { observation, before }: Pick<StatusInput, 'before' | 'observation'>,
    failure: PodFailure | undefined,
  ): NodePodStatus {
    const { hostIp, clock } = this.#options;
    const now = clock.now();
    return podStatus({
      pod,
      observation,
      before,
      hostIp,
      startTime: this.#startTime ?? toTime(now),
      ...(failure === undefined ? {} : { failure }),
      isDeleted: pod.metadata.deletionTimestamp !== undefined,
      now,
    });
  }

  async #confirmDeletion({ metadata }: Pod): Promise<void> {
    const { api, identity } = this.#options;
    const path = namespacedPath(identity.clusterId, metadata.namespace ?? '', 'pods', metadata.name);
    try {
      await api.delete(path, {
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          gracePeriodSeconds: 0,
          preconditions: { uid: identity.uid },
        },
      });
    } catch (error) {
      // Gone already, or another pod has its name.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
    }
  }
}

/** Stands for what of a pod matters to its runtime. */
function fingerprint({ spec, metadata }: Pod): string {
  const text = JSON.stringify([spec, metadata.labels, metadata.annotations]);
  return createHash('sha256').update(text).digest('base64');
}

function earliest(...times: ReadonlyArray<Date | undefined>): Date | undefined {
  return times.reduce(
    (first, time) => (first === undefined || (time && time < first) ? time : first),
    undefined,
  );
}
