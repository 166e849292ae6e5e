import type { ResourceHandler } from '../route/resource-request.ts';
import { createBinding } from './binding.ts';
import { createEviction } from './eviction.ts';
import { getLog } from './log.ts';
import { getNodeProxy } from './node-proxy.ts';
import { getSigningKeys, rotateSigningKeys } from './signing-keys.ts';
import { createToken } from './token.ts';

/** Subresources that are more than a part of their object, by name and verb. */
export const subresourceHandlers: Readonly<Record<string, Readonly<Record<string, ResourceHandler>>>> = {
  binding: { create: createBinding },
  eviction: { create: createEviction },
  log: { get: getLog },
  proxy: { get: getNodeProxy },
  signingkeys: { get: getSigningKeys, create: rotateSigningKeys },
  token: { create: createToken },
};
