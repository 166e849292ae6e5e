import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SchemaTable } from '@berth/machinery';

const root = join(import.meta.dirname, '../..');

/** Kubernetes' own schema table, as `@berth/kinds` ships it. */
export const schemaTable = JSON.parse(
  readFileSync(join(root, 'packages/kinds/src/schema/schema-1.36.json'), 'utf8'),
) as SchemaTable;

const oracles = process.env['BERTH_ORACLES'] ?? join(root, '../shared/kubernetes');

/** Why a test that needs the oracles does not run here; `undefined` where they are. */
export const oraclesMissing: string | undefined = existsSync(join(oracles, 'testdata-1.36.tar.gz'))
  ? undefined
  : `no oracles at ${oracles}: set BERTH_ORACLES to the folder of testdata-1.36.tar.gz and swagger-1.36.json.gz`;

/** One of the API's round-trip samples: the same object twice. */
export interface ApiSample {
  /** e.g. `apps.v1.Deployment` */
  readonly name: string;
  readonly json: string;
  readonly protobuf: Buffer;
}

/** A row of the list of conformance promises. `promiseClass` is `A2` for those that need controllers but nothing that runs. */
export interface ConformancePromise {
  readonly promiseClass: string;
  readonly title: string;
}

export function readConformancePromises(): readonly ConformancePromise[] {
  const [, ...rows] = readFileSync(join(oracles, 'conformance-1.36.tsv'), 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [promiseClass = '', , , title = ''] = row.split('\t');
    return { promiseClass, title };
  });
}

export function readApiSamples(): readonly ApiSample[] {
  const files = readTar(gunzipSync(readFileSync(join(oracles, 'testdata-1.36.tar.gz'))));
  return [...files].flatMap(([path, json]) => {
    const protobuf = files.get(path.replace(/\.json$/, '.pb'));
    if (!path.endsWith('.json') || !protobuf) return [];
    return [
      { name: path.slice(path.lastIndexOf('/') + 1, -'.json'.length), json: json.toString(), protobuf },
    ];
  });
}

/** The published OpenAPI v2 document. */
export function readSwagger(): unknown {
  return JSON.parse(gunzipSync(readFileSync(join(oracles, 'swagger-1.36.json.gz'))).toString());
}

/** The message of a sample's kind. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const folder =
    group === '' ? 'core' : group === 'internal.apiserver.k8s.io' ? 'apiserverinternal' : group.split('.')[0];
  return [
    `k8s.io.api.${folder}.${version}.${kind}`,
    `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`,
    `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`,
  ].find((message) => schemaTable[message] !== undefined);
}

/** Regular files of a tar archive by path. */
function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= archive.length; ) {
    const path = readText(archive, at, 100);
    if (path === '') break;
    const sizeBytes = Number.parseInt(readText(archive, at + 124, 12), 8);
    if (readText(archive, at + 156, 1).replace('0', '') === '') {
      files.set(path, archive.subarray(at + 512, at + 512 + sizeBytes));
    }
    at += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
  return files;
}

function readText(archive: Buffer, at: number, length: number): string {
  return archive
    .toString('utf8', at, at + length)
    .replace(/\0.*$/s, '')
    .trim();
}
