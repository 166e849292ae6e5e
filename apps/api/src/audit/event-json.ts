import type { Identity, RequestAttributes } from '@berth/auth';
import type { AuditEvent, AuditLevel, AuditUser } from '@berth/kinds';

/** Everything that an event tells, as plain values. */
export interface EventFacts {
  readonly level: AuditLevel;
  readonly auditId: string;
  readonly stage: AuditEvent['stage'];
  readonly requestUri: string;
  readonly attributes: RequestAttributes;
  /** Who sent it; absent where that could not be told. */
  readonly sender: Identity | undefined;
  /** As whom it was made, where that is somebody else. */
  readonly impersonated: Identity | undefined;
  readonly sourceIps: readonly string[];
  readonly userAgent: string | undefined;
  /** Of the object that was written, where the URL does not name it. */
  readonly object: { readonly namespace: string; readonly name: string; readonly uid?: string } | undefined;
  readonly answer: { readonly code: number; readonly reason?: string; readonly message?: string };
  /** What the authorizer said; absent where it was not asked. */
  readonly decision: { readonly allowed: boolean; readonly reason: string } | undefined;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly receivedAt: Date;
}

const longestUri = 4_096;
/** Credentials that clients put where they do not belong. */
const credentials = /([?&](?:access_token|id_token|token|password)=)[^&]*/gi;

/** JSON of the event, but for what its place in the log tells: name, time, revision. */
export function eventJson(facts: EventFacts): string {
  const { attributes, sender, impersonated, decision, answer, userAgent } = facts;
  const { code, ...failure } = answer;
  return JSON.stringify({
    level: facts.level,
    auditID: facts.auditId,
    stage: facts.stage,
    requestURI: facts.requestUri.slice(0, longestUri).replace(credentials, '$1<redacted>'),
    verb: attributes.verb,
    user: sender === undefined ? {} : userOf(sender),
    ...(impersonated !== undefined && { impersonatedUser: userOf(impersonated) }),
    sourceIPs: facts.sourceIps,
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, longestUri) }),
    ...(attributes.type === 'resource' && { objectRef: referenceOf(attributes, facts.object) }),
    responseStatus: { metadata: {}, ...(code >= 400 && { status: 'Failure', ...failure }), code },
    ...(facts.requestObject !== undefined && { requestObject: facts.requestObject }),
    ...(facts.responseObject !== undefined && { responseObject: facts.responseObject }),
    requestReceivedTimestamp: microTime(facts.receivedAt),
    ...(decision !== undefined && {
      annotations: {
        'authorization.k8s.io/decision': decision.allowed ? 'allow' : 'forbid',
        'authorization.k8s.io/reason': decision.reason,
      },
    }),
  });
}

function userOf({ username, uid, groups, extra }: Identity): AuditUser {
  return {
    username,
    ...(uid !== '' && { uid }),
    groups,
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function referenceOf(
  attributes: Extract<RequestAttributes, { type: 'resource' }>,
  object: EventFacts['object'],
): AuditEvent['objectRef'] {
  const { resource, group, version, subresource } = attributes;
  const { namespace, name } = object ?? attributes;
  const uid = object?.uid ?? '';
  return {
    resource,
    ...(namespace !== '' && { namespace }),
    ...(name !== '' && { name }),
    ...(uid !== '' && { uid }),
    ...(group !== '' && { apiGroup: group }),
    apiVersion: version,
    ...(subresource !== '' && { subresource }),
  };
}

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
