import { Measurement, runClients } from '../measure.ts';
import { configMap, configMapsPath, createAll, idlePod, podsPath } from '../objects.ts';
import type { BenchContext, Scenario } from '../scenario.ts';

export const create: Scenario = {
  name: 'create',
  description: 'creates ConfigMaps of 1 KB',
  isDefault: true,
  run: async (context) => {
    const { api, namespace } = context;
    const measured = new Measurement();
    await runClients(context, (client, iteration) =>
      measured.time(() =>
        api.request('POST', configMapsPath(namespace), configMap(`create-${client}-${iteration}`)),
      ),
    );
    return [measured.result('create', 'POST configmaps')];
  },
};

export const get: Scenario = {
  name: 'get',
  description: 'gets ConfigMaps of 1 KB, each of a hundred in turn',
  isDefault: true,
  run: async (context) => {
    const { api, namespace, clients } = context;
    const path = configMapsPath(namespace);
    await createAll(api, path, { count: 100, width: clients, make: (index) => configMap(`get-${index}`) });
    const measured = new Measurement();
    await runClients(context, (client, iteration) =>
      measured.time(() => api.request('GET', `${path}/get-${(client + iteration) % 100}`)),
    );
    return [measured.result('get', 'GET configmap')];
  },
};

export const list: Scenario = {
  name: 'list',
  description: 'lists --objects pods in one answer, by one client and then by four',
  isDefault: true,
  run: async (context) => {
    const { api, namespace, objects, seconds, say } = context;
    const path = podsPath(namespace);
    say(`list: creating ${objects} pods`);
    await createAll(api, path, {
      count: objects,
      width: context.clients,
      make: (index) => idlePod(`list-${index}`),
    });
    const results = [];
    for (const clients of [1, Math.min(4, context.clients)]) {
      const measured = new Measurement();
      let bytes = 0;
      await runClients({ clients, seconds }, () =>
        measured.time(async () => {
          const answer = await api.request('GET', path);
          bytes = answer.body.length;
          return answer;
        }),
      );
      results.push(
        measured.result(
          'list',
          `GET ${objects} pods, ${clients} at once`,
          `${(bytes / 1e6).toFixed(1)} MB each`,
        ),
      );
    }
    await api.request('DELETE', `${path}?gracePeriodSeconds=0`);
    return results;
  },
};

export const mixed: Scenario = {
  name: 'mixed',
  description: 'of ten requests 6 gets, 1 list of a hundred, 2 updates, 1 create and delete',
  isDefault: true,
  run: async (context) => {
    const path = configMapsPath(context.namespace);
    const prepared = {
      count: 100,
      width: context.clients,
      make: (index: number) => configMap(`mixed-${index}`),
    };
    await createAll(context.api, path, prepared);
    const measured = new Measurement();
    await runClients(context, (client, iteration) => mixedStep({ context, measured, client, iteration }));
    return [measured.result('mixed', 'request')];
  },
};

interface MixedStep {
  readonly context: BenchContext;
  readonly measured: Measurement;
  readonly client: number;
  readonly iteration: number;
}

async function mixedStep({
  context: { api, namespace },
  measured,
  client,
  iteration,
}: MixedStep): Promise<void> {
  const path = configMapsPath(namespace);
  const name = `mixed-${(client * 7 + iteration) % 100}`;
  const kind = iteration % 10;
  if (kind < 6) {
    await measured.time(() => api.request('GET', `${path}/${name}`));
  } else if (kind === 6) {
    await measured.time(() => api.request('GET', `${path}?limit=100`));
  } else if (kind < 9) {
    await measured.time(() =>
      api.request('PUT', `${path}/${name}`, configMap(name, `${client}-${iteration}`)),
    );
  } else {
    const own = `own-${client}-${iteration}`;
    await measured.time(() => api.request('POST', path, configMap(own)));
    await measured.time(() => api.request('DELETE', `${path}/${own}`));
  }
}
