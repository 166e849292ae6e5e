import type { KindDefinition } from '../kind-definition.ts';

/** Every kind that Berth serves of its own, in the order of discovery. */
export const builtinKinds: readonly KindDefinition[] = [];
