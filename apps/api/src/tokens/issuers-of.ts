import { issuerOf } from '@berth/auth';
import type { ApiDeps } from '../api-deps.ts';

/** What a cluster's tokens may name as their issuer: the present URL, and those that the server had before. */
export function issuersOf(
  { externalUrl, formerExternalUrls = [] }: Pick<ApiDeps, 'externalUrl' | 'formerExternalUrls'>,
  clusterId: string,
): readonly string[] {
  return [externalUrl, ...formerExternalUrls].map((url) => issuerOf(url, clusterId));
}
