import type { KindRegistry } from '@berth/kinds';
import { servedGroups } from '@berth/kinds';
import {
  encodeOpenApiV2Protobuf,
  notAcceptableError,
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
  pageNotFoundError,
} from '@berth/machinery';
import type { ApiContext } from '../api-env.ts';
import type { ApiApp } from '../app.ts';
import { clusterPrefix } from '../request/cluster-path.ts';
import { documentCache, sendDocument } from '../respond/document.ts';
import { acceptClauses } from '../respond/negotiate.ts';
import { openApiResources } from './openapi-resources.ts';

/** What client-go asks for, since it decodes faster; the older name is no valid media type, but still in use. */
const v2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const v2ProtobufAlias = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

const v2Documents = documentCache((kinds, _key: 'v2') =>
  openApiV2Document({ schema: kinds.schema, resources: openApiResources(kinds) }),
);
/** By path: `api/v1`, `apis/batch/v1`. */
const v3Documents = documentCache((kinds, path: string) => {
  if (!groupVersionPaths(kinds).includes(path)) return undefined;
  const groupVersion = path.slice(path.indexOf('/') + 1);
  return openApiV3Document(groupVersion, { schema: kinds.schema, resources: openApiResources(kinds) });
});

/** `/openapi/v2` and `/openapi/v3`: what `kubectl explain`, `apply` and `edit` know the fields from. */
export function addOpenApi(app: ApiApp): void {
  const protobufOf = protobufCache();

  app.get('/openapi/v2', async (c) => {
    const kinds = c.get('kinds');
    const document = v2Documents(kinds, 'v2');
    if (document === undefined) throw pageNotFoundError();
    if (firstAccepted(c, ['application/json', v2Protobuf, v2ProtobufAlias]) === 'application/json') {
      return sendDocument(c, document, 'application/json');
    }
    c.header('Content-Type', v2Protobuf);
    c.header('ETag', `"${document.hash}"`);
    return c.body(protobufOf(kinds, document.text));
  });

  app.get('/openapi/v3', async (c) => {
    const kinds = c.get('kinds');
    const hashes = new Map<string, string>();
    for (const path of groupVersionPaths(kinds)) {
      const document = v3Documents(kinds, path);
      if (document !== undefined) hashes.set(path, document.hash);
    }
    return c.json(openApiV3Index(hashes, clusterPrefix(c.req.url)));
  });

  app.get('/openapi/v3/*', async (c) => {
    const document = v3Documents(c.get('kinds'), c.req.path.slice('/openapi/v3/'.length));
    if (document === undefined) throw pageNotFoundError();
    firstAccepted(c, ['application/json']);
    // The hash in the URL names this very text.
    if (c.req.query('hash') === document.hash)
      c.header('Cache-Control', 'public, immutable, max-age=31536000');
    return sendDocument(c, document, 'application/json');
  });
}

/** @throws StatusError `NotAcceptable` */
function firstAccepted(c: ApiContext, offered: readonly string[]): string {
  const accept = c.req.header('accept') ?? '*/*';
  for (const { mediaType } of acceptClauses(accept)) {
    if (offered.includes(mediaType)) return mediaType;
    if (mediaType === '*/*' || mediaType === 'application/*') return 'application/json';
  }
  throw notAcceptableError(offered);
}

function groupVersionPaths(kinds: KindRegistry): readonly string[] {
  return servedGroups(kinds).flatMap(({ name, versions }) =>
    versions.map(({ version }) => (name === '' ? `api/${version}` : `apis/${name}/${version}`)),
  );
}

function protobufCache(): (kinds: KindRegistry, json: string) => Uint8Array<ArrayBuffer> {
  const encoded = new WeakMap<KindRegistry, Uint8Array<ArrayBuffer>>();
  return (kinds, json) => {
    const known = encoded.get(kinds);
    if (known !== undefined) return known;
    const document: object = JSON.parse(json);
    const bytes = new Uint8Array(encodeOpenApiV2Protobuf(document));
    encoded.set(kinds, bytes);
    return bytes;
  };
}
