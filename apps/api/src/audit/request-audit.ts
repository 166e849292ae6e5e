import { type RequestAttributes, systemClusterId } from '@berth/auth';
import type { AuditLevel } from '@berth/kinds';
import type { AuditRecord, Write, WriteAudit } from '@berth/store';
import type { ApiContext } from '../api-env.ts';
import { asStatusError } from '../pipeline/answer-error.ts';
import { pathOf, splitClusterPath } from '../request/cluster-path.ts';
import { requestAttributesOf } from '../request/request-attributes.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { atLeast, auditDecision, type AuditDecision, isAtLeast } from './audit-level.ts';
import type { AuditTrail } from './audit-trail.ts';
import { answeredObject, requestedObject, withoutManagedFields, writtenObject } from './audited-bodies.ts';
import { eventJson, type EventFacts } from './event-json.ts';
import { sourceAddresses } from './source-addresses.ts';

/** Codes by which a request is refused, whatever it asked for. */
const refusals: ReadonlySet<number> = new Set([401, 403, 429]);
const writes: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'post',
  'put',
]);

/** What the audit log hears of one request. */
export class RequestAudit {
  readonly #c: ApiContext;
  readonly #trail: AuditTrail;
  readonly #receivedAt: Date;
  /** Bodies are secrets until a kind says otherwise. */
  #holdsSecrets = true;
  #isRecorded = false;
  #decided: Promise<AuditDecision> | undefined;

  constructor(c: ApiContext, trail: AuditTrail) {
    this.#c = c;
    this.#trail = trail;
    this.#receivedAt = trail.now();
  }

  /** The request is about this kind. */
  concerns({ definition, attributes }: ResourceScope): void {
    const subresource = definition.subresources.find(({ name }) => name === attributes.subresource);
    this.#holdsSecrets = [
      definition.holdsSecrets,
      definition.encryptedAtRest,
      subresource?.holdsSecrets,
    ].includes(true);
  }

  /** The record that rests with a write of this request, if there is to be one. */
  async ofWrite(scope: ResourceScope, write: Write): Promise<WriteAudit | undefined> {
    const { level, omitManagedFields } = await this.#decision();
    if (level === 'None') return undefined;
    const { namespace, name, uid, op } = write;
    const bodies = this.#bodies(level, omitManagedFields, () => writtenObject(scope, write));
    const record = this.#record({
      level: bodies.level,
      object: { namespace, name, uid },
      answer: { code: op === 'create' ? 201 : 200 },
      ...bodies.objects,
    });
    return { record, onRecorded: () => void (this.#isRecorded = true) };
  }

  /**
   * The request was answered. What was acknowledged and left no record yet is recorded before the answer goes out; what was
   * refused, or only read, a moment later.
   */
  async answered(): Promise<void> {
    const { status } = this.#c.res;
    if (this.#isRecorded && status < 400) return;
    const isAcknowledgedWrite = status < 400 && writes.has(this.#attributes.verb);
    const at = this.#trail.now();
    if (isAcknowledgedWrite) {
      const record = await this.#ofAnswer();
      if (record) await this.#trail.store.audit.append([{ ...record, clusterId: this.#clusterId, at }]);
      return;
    }
    void this.#ofAnswer().then((record) => {
      if (record) this.#trail.queue.add({ ...record, clusterId: this.#clusterId, at });
    });
  }

  async #ofAnswer(): Promise<AuditRecord | undefined> {
    const code = this.#c.res.status;
    const { level: wanted, omitManagedFields } = await this.#decision();
    const isRefused = refusals.has(code) || (code >= 400 && writes.has(this.#attributes.verb));
    const level = isRefused ? atLeast(wanted, this.#trail.fleetPolicy.refusals) : wanted;
    if (level === 'None') return undefined;
    const bodies = this.#bodies(level, omitManagedFields, () => answeredObject(this.#c));
    return this.#record({
      level: bodies.level,
      object: this.#namedObject(),
      answer: { code, ...(code >= 400 && this.#failure()) },
      ...bodies.objects,
    });
  }

  /** The bodies that the level shows, and the level that this is then. */
  #bodies(level: AuditLevel, omitManagedFields: boolean, response: () => unknown) {
    if (this.#holdsSecrets && isAtLeast(level, 'Metadata'))
      return { level: 'Metadata' as const, objects: {} };
    const shown = (object: unknown) => (omitManagedFields ? withoutManagedFields(object) : object);
    return {
      level,
      objects: {
        ...(isAtLeast(level, 'Request') && { requestObject: shown(requestedObject(this.#c)) }),
        ...(isAtLeast(level, 'RequestResponse') && { responseObject: shown(response()) }),
      },
    };
  }

  #record(
    facts: Pick<EventFacts, 'level' | 'object' | 'answer' | 'requestObject' | 'responseObject'>,
  ): AuditRecord {
    const c = this.#c;
    const attributes = this.#attributes;
    const sender = this.#sender;
    const object = facts.object ?? (attributes.type === 'resource' ? attributes : undefined);
    return {
      username: sender?.username ?? '',
      verb: attributes.verb,
      resource: attributes.type === 'resource' ? resourceOf(attributes) : '',
      namespace: object?.namespace ?? '',
      name: object?.name ?? '',
      code: facts.answer.code,
      event: eventJson({
        ...facts,
        auditId: c.get('requestId'),
        stage: attributes.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete',
        requestUri: c.env.incoming.url ?? '',
        attributes,
        sender,
        impersonated: c.get('impersonator') === undefined ? undefined : c.get('identity'),
        sourceIps: sourceAddresses(
          c.env.incoming.socket.remoteAddress,
          c.req.header('x-forwarded-for'),
          this.#trail.trustsForwarder,
        ),
        userAgent: c.req.header('user-agent'),
        decision: c.get('decision'),
        receivedAt: this.#receivedAt,
      }),
    };
  }

  #decision(): Promise<AuditDecision> {
    this.#decided ??= this.#decide();
    return this.#decided;
  }

  async #decide(): Promise<AuditDecision> {
    const { fleetPolicy, clusterPolicies } = this.#trail;
    // A database that does not answer refuses requests, and that is recorded as the fleet's policy says.
    const ofCluster = await clusterPolicies(this.#clusterId).catch(() => []);
    const sender = this.#sender;
    return auditDecision(fleetPolicy, ofCluster, {
      username: sender?.username ?? '',
      groups: sender?.groups ?? [],
      attributes: this.#attributes,
    });
  }

  get #sender() {
    return this.#c.get('impersonator') ?? this.#c.get('identity');
  }

  /** Requests without a good token never came to the point where these are found out. */
  get #clusterId(): string {
    return this.#c.get('clusterId') ?? splitClusterPath(pathOf(this.#c.req.url)).clusterId ?? systemClusterId;
  }

  get #attributes(): RequestAttributes {
    const { req } = this.#c;
    const known: RequestAttributes | undefined = this.#c.get('attributes');
    const line = { clusterId: this.#clusterId, method: req.method, path: req.path, watch: false };
    return known ?? requestAttributesOf(line);
  }

  /** A create names its object in the body alone. */
  #namedObject(): EventFacts['object'] {
    const attributes = this.#attributes;
    const name = this.#c.get('decodedBody')?.metadata?.name;
    if (attributes.type === 'path' || attributes.name !== '' || !name) return undefined;
    return { namespace: attributes.namespace, name };
  }

  /** Messages quote what was wrong: of kinds that hold secrets, only the reason is kept. */
  #failure(): { readonly reason?: string; readonly message?: string } {
    if (this.#c.error === undefined) return {};
    const { reason, message } = asStatusError(this.#c.error).status;
    const quotesSecrets = this.#holdsSecrets && this.#c.get('decodedBody') !== undefined;
    return {
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && !quotesSecrets && { message }),
    };
  }
}

function resourceOf({ resource, group }: Extract<RequestAttributes, { type: 'resource' }>): string {
  return group === '' ? resource : `${resource}.${group}`;
}
