import { systemClusterId } from '@berth/auth';
import { pageNotFoundError } from '@berth/machinery';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiApp } from '../app.ts';
import { isTruthyParameter } from '../request/query-parameters.ts';
import { send } from '../respond/send.ts';
import { streamBody } from '../respond/stream-body.ts';
import { createAssignmentLooks } from './assignment-looks.ts';
import { createPodReferencesOf } from '../route/pod-references-of.ts';
import { feedResource, nodeFeed, nodePods } from './node-feed.ts';
import { nodeInputs, nodeVolumes } from './node-storage.ts';
import { nodeServices, serviceFeed } from './service-feed.ts';

const utf8 = new TextEncoder();

/**
 * What node agents ask of the fleet: `/fleet/v1/nodes/<node>/pods`, see {@link nodeFeed}; `…/volumes`, see
 * {@link nodeVolumes}; `…/inputs`, see {@link nodeInputs}; `…/services`, see {@link serviceFeed}.
 */
export function addFleetFeed(app: ApiApp, { store, hints, kinds, closing }: ApiDeps): void {
  const looks = createAssignmentLooks({ store, hints, resource: feedResource });
  const sources = { store, looks, kinds, referencesOf: createPodReferencesOf(store) };
  const told = { volumes: nodeVolumes, inputs: nodeInputs } as const;
  for (const [what, tell] of Object.entries(told)) {
    app.get(`/fleet/v1/nodes/:node/${what}`, async (c) => {
      if (c.get('clusterId') !== systemClusterId) throw pageNotFoundError();
      return send(c, { format: 'json', json: await tell(sources, c.req.param('node')) });
    });
  }
  app.get('/fleet/v1/nodes/:node/pods', async (c) => {
    // It tells of every cluster's pods: no tenant's administrator may have it, whatever else is theirs.
    if (c.get('clusterId') !== systemClusterId) throw pageNotFoundError();
    const node = c.req.param('node');
    if (!isTruthyParameter(c.req.query('watch'))) {
      return send(c, { format: 'json', json: await nodePods(sources, node) });
    }
    return streamBody(c, {
      contentType: 'application/x-ndjson',
      closing,
      async *chunks(signal) {
        for await (const line of nodeFeed(sources, node, signal)) yield utf8.encode(line);
      },
    });
  });
  app.get('/fleet/v1/nodes/:node/services', async (c) => {
    if (c.get('clusterId') !== systemClusterId) throw pageNotFoundError();
    const node = c.req.param('node');
    const ofServices = { store, hints, kinds };
    if (!isTruthyParameter(c.req.query('watch'))) {
      return send(c, { format: 'json', json: await nodeServices(ofServices, node) });
    }
    return streamBody(c, {
      contentType: 'application/x-ndjson',
      closing,
      async *chunks(signal) {
        for await (const line of serviceFeed(ofServices, node, signal)) yield utf8.encode(line);
      },
    });
  });
}
