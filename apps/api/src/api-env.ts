import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Identity, RequestAttributes } from '@berth/auth';
import type { Context } from 'hono';

/** What the pipeline has found out about a request, in the order in which it does. */
export interface ApiEnv {
  Bindings: HttpBindings | Http2Bindings;
  Variables: {
    requestId: string;
    /** Absent on the few paths that are open to everybody. */
    identity: Identity | undefined;
    clusterId: string;
    attributes: RequestAttributes;
    /** Texts for `Warning` headers. */
    warnings: string[];
  };
}

export type ApiContext = Context<ApiEnv>;
