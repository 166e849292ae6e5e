import { notAcceptableError } from '@berth/machinery';

export type OutputFormat = 'json' | 'yaml';

/** A representation of `meta.k8s.io` that a client asked for instead of the object itself. */
export interface Projection {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: 'v1' | 'v1beta1';
}

export interface Output {
  readonly format: OutputFormat;
  readonly as?: Projection;
}

export interface NegotiateOptions {
  /** Which projections the endpoint can make. */
  readonly projections: readonly Projection['kind'][];
}

const formats = new Map<string, OutputFormat>([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/*', 'json'],
  ['*/*', 'json'],
]);
const mediaTypes = ['application/json', 'application/yaml'];
const plainJson: Output = { format: 'json' };

/**
 * The first representation in an `Accept` header that Berth has, by quality. Protobuf is not one of them: clients that
 * prefer it name JSON next.
 *
 * @throws StatusError `NotAcceptable`
 */
export function negotiate(accept: string | undefined, options: NegotiateOptions): Output {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json')
    return plainJson;
  for (const clause of acceptClauses(accept)) {
    const format = formats.get(clause.mediaType);
    const as = format === undefined ? undefined : projectionOf(clause.parameters, options.projections);
    if (format !== undefined && as !== 'unknown') return as === undefined ? { format } : { format, as };
  }
  throw notAcceptableError(mediaTypes);
}

interface AcceptClause {
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an `Accept` header, best first. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 */
export function acceptClauses(accept: string): AcceptClause[] {
  const clauses = accept.split(',').map((text) => {
    const [mediaType = '', ...pairs] = text.split(';').map((part) => part.trim());
    const parameters = new Map(pairs.map((pair) => keyAndValue(pair)));
    return { mediaType: mediaType.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) };
  });
  return clauses.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

function keyAndValue(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function projectionOf(
  parameters: ReadonlyMap<string, string>,
  offered: readonly Projection['kind'][],
): Projection | 'unknown' | undefined {
  const kind = parameters.get('as');
  if (kind === undefined) return undefined;
  const version = parameters.get('v');
  const known = offered.find((candidate) => candidate === kind);
  if (known === undefined || parameters.get('g') !== 'meta.k8s.io') return 'unknown';
  return version === 'v1' || version === 'v1beta1' ? { kind: known, version } : 'unknown';
}
