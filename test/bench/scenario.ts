import type { ApiClient } from './api-client.ts';
import type { Result } from './measure.ts';

/** What every scenario is run with. */
export interface BenchContext {
  /** The cluster under test. */
  readonly api: ApiClient;
  /** Berth's system cluster; only with `--admin-kubeconfig`. */
  readonly admin: ApiClient | undefined;
  /** A namespace of this run. */
  readonly namespace: string;
  readonly clients: number;
  readonly seconds: number;
  /** Objects for `list`, pods for `job`, `deployment` and `rolling-update`, Deployments for `deployments`, CronJobs for `cron-storm`. */
  readonly objects: number;
  readonly watchers: number;
  /** Clusters for `cron-storm` and `tenants`. */
  readonly clusters: number;
  /** The data directory of the instance under test, for scenarios that look at it; absent where it is not known. */
  readonly dataDir: string | undefined;
  /** Keeps something found that is no operation: a size, a ratio. */
  readonly find: (what: string, value: string) => void;
  /** Says what is going on, on standard error. */
  readonly say: (message: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** Runs when nothing is asked for by name: works on any Kubernetes and ends within the given seconds. */
  readonly isDefault: boolean;
  readonly run: (context: BenchContext) => Promise<readonly Result[]>;
}

/** Measures parts of Berth in this very process: needs no API. */
export interface LocalScenario extends Pick<Scenario, 'name' | 'description' | 'isDefault'> {
  readonly measure: (context: Pick<BenchContext, 'seconds' | 'find' | 'say'>) => Promise<readonly Result[]>;
}
