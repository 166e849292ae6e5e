import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Decision, Identity, RequestAttributes } from '@berth/auth';
import type { Pace } from '@berth/fairness';
import type { KindRegistry } from '@berth/kinds';
import type { RequestAudit } from './audit/request-audit.ts';
import type { Context } from 'hono';

/** What the pipeline has found out about a request, in the order in which it does. */
export interface ApiEnv {
  Bindings: HttpBindings | Http2Bindings;
  Variables: {
    requestId: string;
    /** As whom the request is made. Absent on the few paths that are open to everybody. */
    identity: Identity | undefined;
    /** Who really sent a request that is made as somebody else. */
    impersonator: Identity | undefined;
    /**
     * Ends an answer that goes on for long when the token of its request is revoked. Returns what is to be called when it
     * has ended by itself. Absent for tokens that cannot be.
     */
    untilRevoked: ((end: () => void) => () => void) | undefined;
    clusterId: string;
    /** What the cluster serves. */
    kinds: KindRegistry;
    attributes: RequestAttributes;
    /** What the authorizer said of the request. */
    decision: Decision | undefined;
    audit: RequestAudit;
    requestBody: Buffer | undefined;
    /** The body as an object, as far as it could be read. */
    decodedBody: { readonly metadata?: { readonly name?: string } } | undefined;
    /** The JSON of the answer, where it is one text. */
    answeredJson: string | undefined;
    /** Whose budget the request counts against; absent for those of the fleet. */
    tenantId: string | undefined;
    /** Of work that takes long, so that it leaves the thread to others. */
    pace: Pace;
    /** How many objects a list went through; only for lists, whose answer may still be in the making. */
    listedObjects: number | undefined;
    /** Texts for `Warning` headers. */
    warnings: string[];
  };
}

export type ApiContext = Context<ApiEnv>;
