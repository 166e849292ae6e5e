import { deployment as deploymentBody, deploymentsPath } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { awaitPods, bound, mustSucceed, running } from './await-pods.ts';

export const deployment: Scenario = {
  name: 'deployment',
  description:
    'one Deployment of --objects replicas: until all are bound, and until all run (needs room for them)',
  isDefault: false,
  run: async ({ api, namespace, objects }) => {
    const wanted = { scenario: 'deployment', namespace, count: objects, stages: [bound, running] };
    return awaitPods(api, wanted, async () => {
      await mustSucceed(api, 'POST', deploymentsPath(namespace), deploymentBody('bench', objects));
    });
  },
};
