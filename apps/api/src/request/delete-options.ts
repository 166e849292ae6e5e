import type { DeleteOptions } from '@berth/kinds';
import { invalidError, path, notSupported } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { decodeOptionalBody } from './decode-body.ts';
import { booleanParameter, integerParameter } from './query-parameters.ts';
import { dryRunErrors, isDryRun } from './write-options.ts';

export interface DeleteRequest {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

interface DeleteOptionsBody extends DeleteOptions {
  readonly dryRun?: readonly string[];
}

const message = 'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/** The options of a deletion: the body's, or where there is none the query's. @throws StatusError */
export async function deleteOptionsOf({ c, scope }: ResourceRequest): Promise<DeleteRequest> {
  const body = await decodeOptionalBody<DeleteOptionsBody>(c, {
    schema: scope.kinds.schema,
    message,
    kind: 'DeleteOptions',
    fieldValidation: 'Ignore',
  });
  if (body === undefined) {
    const errors = dryRunErrors(c);
    if (errors.length > 0) throw invalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
    return { options: queryOptions(c.req.query()), dryRun: isDryRun(c) };
  }
  const { dryRun = [], ...options } = body;
  if (!dryRun.every((value) => value === 'All')) {
    const error = notSupported(path('dryRun'), dryRun, ['All']);
    throw invalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [error]);
  }
  return { options, dryRun: dryRun.length > 0 };
}

function queryOptions(query: Readonly<Record<string, string>>): DeleteOptions {
  const gracePeriodSeconds = integerParameter(query['gracePeriodSeconds']);
  const orphanDependents = booleanParameter(query['orphanDependents']);
  // Whether there is such a policy is checked as it is of a body.
  const propagationPolicy = (query['propagationPolicy'] || undefined) as DeleteOptions['propagationPolicy'];
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
  };
}
