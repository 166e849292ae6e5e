import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type DiscoveryVersion,
  type KindRegistry,
} from '@berth/kinds';
import { pageNotFoundError } from '@berth/machinery';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext } from '../api-env.ts';
import type { ApiApp } from '../app.ts';
import { type Document, documentCache, sendDocument } from '../respond/document.ts';
import { acceptClauses, negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import { versionInfo } from './version-info.ts';

/** `/api`, `/apis` and what is under them but no resource, in both forms of discovery; `/version`; the root. */
export function addDiscovery(app: ApiApp, { externalUrl }: Pick<ApiDeps, 'externalUrl'>): void {
  const makers = documentMakers(new URL(externalUrl).host);
  const documents = documentCache((kinds, key: string) => {
    const [what = '', first = '', second = ''] = key.split(' ');
    return makers[what]?.(kinds, first, second);
  });
  const answer = (c: ApiContext, key: string): Promise<Response> =>
    answerDocument(c, documents(c.get('kinds'), key));

  app.get('/api', (c) => answerAggregated(c, 'core') ?? answer(c, 'api'));
  app.get('/apis', (c) => answerAggregated(c, 'named') ?? answer(c, 'apis'));
  app.get('/api/:version', (c) => answer(c, `resources  ${c.req.param('version')}`));
  app.get('/apis/:group', (c) => answer(c, `group ${c.req.param('group')}`));
  app.get('/apis/:group/:version', (c) =>
    answer(c, `resources ${c.req.param('group')} ${c.req.param('version')}`),
  );
  app.get('/version', (c) => send(c, { format: 'json', json: JSON.stringify(versionInfo) }));
  app.get('/', (c) => send(c, { format: 'json', json: JSON.stringify({ paths: rootPaths }) }));

  function answerAggregated(c: ApiContext, groups: 'core' | 'named'): Promise<Response> | undefined {
    const version = aggregatedVersion(c.req.header('accept'));
    if (version === undefined) return undefined;
    const document = documents(c.get('kinds'), `${groups} ${version}`);
    if (document === undefined) throw pageNotFoundError();
    return sendDocument(
      c,
      document,
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
  }
}

const rootPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/healthz',
  '/livez',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];

/** The first clause that Berth can answer decides which form of discovery it is. */
function aggregatedVersion(accept: string | undefined): DiscoveryVersion | undefined {
  for (const { mediaType, parameters } of acceptClauses(accept ?? '')) {
    if (mediaType !== 'application/json') continue;
    if (parameters.get('as') === undefined) return undefined;
    const version = parameters.get('v');
    const isKnown =
      parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
    if (isKnown && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}

type DocumentMaker = (kinds: KindRegistry, first: string, second: string) => object | undefined;

/** By the first word of the document's key; the others are its parameters. */
function documentMakers(serverAddress: string): Readonly<Record<string, DocumentMaker>> {
  return {
    api: () => apiVersions(serverAddress),
    apis: apiGroupList,
    group: apiGroup,
    resources: apiResourceList,
    core: (kinds, version) => aggregatedDiscovery(kinds, 'core', discoveryVersion(version)),
    named: (kinds, version) => aggregatedDiscovery(kinds, 'named', discoveryVersion(version)),
  };
}

function discoveryVersion(version: string): DiscoveryVersion {
  return version === 'v2' ? 'v2' : 'v2beta1';
}

async function answerDocument(c: ApiContext, document: Document | undefined): Promise<Response> {
  if (document === undefined) throw pageNotFoundError();
  const { format } = negotiate(c.req.header('accept'), { projections: [] });
  if (format === 'yaml') return send(c, { format, json: document.text });
  return sendDocument(c, document, 'application/json');
}
