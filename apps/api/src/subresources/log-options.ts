import type { Pod } from '@berth/kinds';
import { badRequestError, type FieldError, forbidden, invalid, invalidError, path } from '@berth/machinery';
import { integerParameter, isTruthyParameter } from '../request/query-parameters.ts';

type Query = Readonly<Record<string, string>>;

/**
 * The container whose log is asked for: the named one, or the only one there is.
 *
 * @throws StatusError `BadRequest` in upstream's words
 */
export function logContainer(pod: Pod, asked: string | undefined): string {
  const { name } = pod.metadata;
  const namesOf = (containers: readonly object[] | undefined) =>
    (containers ?? []).map((container) => ('name' in container ? String(container.name) : ''));
  const containers = namesOf(pod.spec?.containers);
  const initContainers = namesOf(pod.spec?.initContainers);
  if (asked !== undefined && asked !== '') {
    if ([...containers, ...initContainers, ...namesOf(pod.spec?.ephemeralContainers)].includes(asked))
      return asked;
    throw badRequestError(`container ${asked} is not valid for pod ${name}`);
  }
  if (containers.length === 1 && containers[0] !== undefined) return containers[0];
  const choice = containers.length === 0 ? '' : `, choose one of: [${containers.join(' ')}]`;
  const initChoice =
    initContainers.length === 0 ? '' : ` or one of the init containers: [${initContainers.join(' ')}]`;
  throw badRequestError(`a container name must be specified for pod ${name}${choice}${choice && initChoice}`);
}

/** The query for the node's agent: `PodLogOptions`, checked. @throws StatusError `Invalid`, `BadRequest` */
export function logQuery(query: Query, podName: string): URLSearchParams {
  const errors = [
    ...atLeast('tailLines', query, { least: 0, detail: 'must be greater than or equal to 0' }),
    ...atLeast('limitBytes', query, { least: 1, detail: 'must be greater than 0' }),
    ...sinceErrors(query),
  ];
  if (errors.length > 0) throw invalidError({ group: '', kind: 'PodLogOptions' }, podName, errors);
  const passed = new URLSearchParams();
  for (const flag of ['follow', 'previous', 'timestamps']) {
    if (isTruthyParameter(query[flag])) passed.set(flag, 'true');
  }
  for (const value of ['tailLines', 'limitBytes', 'sinceSeconds', 'sinceTime']) {
    if (query[value]) passed.set(value, query[value]);
  }
  return passed;
}

function sinceErrors(query: Query): FieldError[] {
  const { sinceTime = '', sinceSeconds = '' } = query;
  if (sinceTime !== '' && Number.isNaN(Date.parse(sinceTime))) {
    throw badRequestError(`parsing time ${JSON.stringify(sinceTime)} as RFC 3339 failed`);
  }
  if (sinceTime !== '' && sinceSeconds !== '') {
    return [forbidden(path(), 'at most one of `sinceTime` or `sinceSeconds` may be specified')];
  }
  return atLeast('sinceSeconds', query, { least: 1, detail: 'must be greater than 0' });
}

function atLeast(
  parameter: string,
  query: Query,
  { least, detail }: { readonly least: number; readonly detail: string },
): FieldError[] {
  const value = integerParameter(query[parameter]);
  return value !== undefined && value < least ? [invalid(path(parameter), value, detail)] : [];
}
