import { createAll, deployment, deploymentsPath } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { awaitPods, bound, running } from './await-pods.ts';

const replicas = 2;

export const deployments: Scenario = {
  name: 'deployments',
  description: `--objects Deployments of ${replicas} replicas at once by --clients clients: until all pods are bound, and run`,
  isDefault: false,
  run: async ({ api, namespace, objects, clients }) => {
    const count = objects * replicas;
    const wanted = { scenario: 'deployments', namespace, count, stages: [bound, running] };
    return awaitPods(api, wanted, () =>
      createAll(api, deploymentsPath(namespace), {
        count: objects,
        width: clients,
        make: (index) => deployment(`bench-${index}`, replicas),
      }),
    );
  },
};
