import { describe, expect, test } from 'vitest';
import { invalid, required } from '../field-errors/field-error.ts';
import { path } from '../field-errors/path.ts';
import {
  alreadyExistsError,
  deleteUidConflictError,
  deleteVersionConflictError,
  forbiddenError,
  generateNameConflictError,
  invalidError,
  modifiedError,
  namespaceTerminatingError,
  notFoundError,
  updateUidConflictError,
} from './object-errors.ts';
import {
  badRequestError,
  continueExpiredError,
  goneError,
  internalError,
  listExpiredError,
  methodNotAllowedError,
  notAcceptableError,
  pageNotFoundError,
  requestEntityTooLargeError,
  resourceVersionTooLargeError,
  serverTimeoutError,
  serviceUnavailableError,
  timeoutError,
  tooManyRequestsError,
  unauthorizedError,
  unsupportedMediaTypeError,
  watchExpiredError,
} from './request-errors.ts';
import type { StatusError } from './status-error.ts';

const jobs = { group: 'batch', resource: 'jobs' };
const pods = { group: '', resource: 'pods' };
const job = { group: 'batch', kind: 'Job' };
const mismatch = { required: 'a', stored: 'b' };

const rows: ReadonlyArray<readonly [StatusError, number, string, string, object | undefined]> = [
  [notFoundError(pods, 'x'), 404, 'NotFound', 'pods "x" not found', { name: 'x', kind: 'pods' }],
  [
    notFoundError(jobs, 'x'),
    404,
    'NotFound',
    'jobs.batch "x" not found',
    { name: 'x', group: 'batch', kind: 'jobs' },
  ],
  [
    alreadyExistsError(jobs, 'x'),
    409,
    'AlreadyExists',
    'jobs.batch "x" already exists',
    { name: 'x', group: 'batch', kind: 'jobs' },
  ],
  [
    generateNameConflictError(pods, 'x-abcde'),
    409,
    'AlreadyExists',
    'pods "x-abcde" already exists, the server was not able to generate a unique name for the object',
    { name: 'x-abcde', kind: 'pods', retryAfterSeconds: 1 },
  ],
  [
    modifiedError(jobs, 'x'),
    409,
    'Conflict',
    'Operation cannot be fulfilled on jobs.batch "x": the object has been modified; please apply your changes to the latest version and try again',
    { name: 'x', group: 'batch', kind: 'jobs' },
  ],
  [
    updateUidConflictError(pods, 'x', mismatch),
    409,
    'Conflict',
    'Operation cannot be fulfilled on pods "x": Precondition failed: UID in precondition: a, UID in object meta: b',
    { name: 'x', kind: 'pods' },
  ],
  [
    deleteUidConflictError(job, 'x', mismatch),
    409,
    'Conflict',
    'Operation cannot be fulfilled on Job.batch "x": the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated',
    { name: 'x', group: 'batch', kind: 'Job' },
  ],
  [
    deleteVersionConflictError(job, 'x', mismatch),
    409,
    'Conflict',
    'Operation cannot be fulfilled on Job.batch "x": the ResourceVersion in the precondition (a) does not match the ResourceVersion in record (b). The object might have been modified',
    { name: 'x', group: 'batch', kind: 'Job' },
  ],
  [
    invalidError(job, 'x', [invalid(path('spec', 'completions'), -1, 'must be greater than or equal to 0')]),
    422,
    'Invalid',
    'Job.batch "x" is invalid: spec.completions: Invalid value: -1: must be greater than or equal to 0',
    {
      name: 'x',
      group: 'batch',
      kind: 'Job',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: -1: must be greater than or equal to 0',
          field: 'spec.completions',
        },
      ],
    },
  ],
  [
    invalidError({ group: '', kind: 'Pod' }, '', [required(path('a')), required(path('b'), 'needs one')]),
    422,
    'Invalid',
    'Pod "" is invalid: [a: Required value, b: Required value: needs one]',
    {
      kind: 'Pod',
      causes: [
        { reason: 'FieldValueRequired', message: 'Required value', field: 'a' },
        { reason: 'FieldValueRequired', message: 'Required value: needs one', field: 'b' },
      ],
    },
  ],
  [
    forbiddenError(jobs, '', 'User "eve" cannot list resource "jobs"'),
    403,
    'Forbidden',
    'jobs.batch is forbidden: User "eve" cannot list resource "jobs"',
    { group: 'batch', kind: 'jobs' },
  ],
  [
    forbiddenError({ group: '', resource: '' }, '', 'User "eve" cannot get path "/metrics"'),
    403,
    'Forbidden',
    'forbidden: User "eve" cannot get path "/metrics"',
    {},
  ],
  [
    namespaceTerminatingError(pods, 'x', 'old'),
    403,
    'Forbidden',
    'pods "x" is forbidden: unable to create new content in namespace old because it is being terminated',
    {
      name: 'x',
      kind: 'pods',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace old is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
  ],
  [badRequestError('no'), 400, 'BadRequest', 'no', undefined],
  [unauthorizedError(), 401, 'Unauthorized', 'Unauthorized', undefined],
  [pageNotFoundError(), 404, 'NotFound', 'the server could not find the requested resource', {}],
  [
    methodNotAllowedError(jobs, 'update'),
    405,
    'MethodNotAllowed',
    'update is not supported on resources of kind "jobs.batch"',
    { group: 'batch', kind: 'jobs' },
  ],
  [
    notAcceptableError(['application/json', 'application/yaml']),
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
    undefined,
  ],
  [goneError('gone'), 410, 'Gone', 'gone', undefined],
  [watchExpiredError(), 410, 'Expired', 'The resourceVersion for the provided watch is too old.', undefined],
  [listExpiredError(), 410, 'Expired', 'The resourceVersion for the provided list is too old.', undefined],
  [
    continueExpiredError(),
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    undefined,
  ],
  [
    requestEntityTooLargeError('limit is 3145728'),
    413,
    'RequestEntityTooLarge',
    'Request entity too large: limit is 3145728',
    undefined,
  ],
  [
    unsupportedMediaTypeError(['application/json']),
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json',
    undefined,
  ],
  [tooManyRequestsError('slow down', 3), 429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 3 }],
  [
    internalError('it broke', new Error('secret')),
    500,
    'InternalError',
    'Internal error occurred: it broke',
    { causes: [{ message: 'it broke' }] },
  ],
  [
    serverTimeoutError(pods, 'list', 2),
    500,
    'ServerTimeout',
    'The list operation against pods could not be completed at this time, please try again.',
    { name: 'list', kind: 'pods', retryAfterSeconds: 2 },
  ],
  [serviceUnavailableError('later'), 503, 'ServiceUnavailable', 'later', undefined],
  [timeoutError('too slow'), 504, 'Timeout', 'Timeout: too slow', {}],
  [
    resourceVersionTooLargeError(9, 7),
    504,
    'Timeout',
    'Timeout: Too large resource version: 9, current: 7',
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  ],
];

describe('errors are Kubernetes Status objects to the letter', () => {
  test.each(rows)('%s', (...[error, code, reason, message, details]) => {
    expect(error.message).toBe(message);
    expect(error.code).toBe(reason);
    expect(error.status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    });
  });

  test('an expired continue token comes with a fresh one', () => {
    const { status } = continueExpiredError('fresh');
    expect(status.metadata).toEqual({ continue: 'fresh' });
    expect(status.message).toContain('or use the continue token in this response');
  });

  test('what only an operator may see is a cause and not in the status', () => {
    const error = internalError('it broke', new Error('secret'));
    expect(error.cause).toEqual(new Error('secret'));
    expect(JSON.stringify(error.status)).not.toContain('secret');
  });
});
