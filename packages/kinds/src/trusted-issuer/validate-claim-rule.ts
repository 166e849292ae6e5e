import {
  CelError,
  type CelProgram,
  checkQualifiedName,
  claimExpressions,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
  userExpressions,
} from '@berth/machinery';
import type { ClaimRule } from './trusted-issuer-spec.ts';

const maxExtra = 16;
const maxScopeNames = 256;
/** Domains whose keys only Kubernetes and Berth give a meaning. */
const reservedDomains = ['kubernetes.io', 'k8s.io', 'berth.dev'];

/** The types that an expression may yield, and how Kubernetes says so. `dyn` stands for what only the claims decide. */
const resultTypes = {
  bool: { accepts: ['bool'], complaint: 'must evaluate to bool' },
  string: { accepts: ['string', 'dyn'], complaint: 'must evaluate to a string' },
  strings: {
    accepts: ['string', 'list', 'list<string>', 'list<dyn>', 'list<T>', 'dyn', 'null'],
    complaint: 'must evaluate to a string or a list of strings',
  },
} as const;

interface ExpressionCheck {
  readonly at: FieldPath;
  readonly over: 'claims' | 'user';
  readonly type: keyof typeof resultTypes;
}

/** What is wrong with one expression. */
export function checkExpression(expression: string, { at, over, type }: ExpressionCheck): FieldError[] {
  if (expression === '') return [required(at, 'expression is required')];
  const compiled = compile(expression, over);
  if ('problem' in compiled) return [invalid(at, expression, compiled.problem)];
  const { accepts, complaint } = resultTypes[type];
  const accepted: readonly string[] = accepts;
  const { type: yielded } = compiled.program;
  // An optional without a value counts as none, where texts may be missing.
  const [, inner] = type === 'bool' ? [] : (/^optional<(.*)>$/.exec(yielded) ?? []);
  return accepted.includes(inner ?? yielded) ? [] : [invalid(at, expression, complaint)];
}

/** What is wrong with one rule. `emailVerified`: whether the issuer's own rules look at `claims.email_verified`. */
export function validateClaimRule(rule: ClaimRule, at: FieldPath, emailVerified: boolean): FieldError[] {
  const { match, user, groups = '', uid = '', extra = [], scope = {} } = rule;
  return [
    ...checkExpression(match, { at: at.child('match'), over: 'claims', type: 'bool' }),
    ...checkExpression(user, { at: at.child('user'), over: 'claims', type: 'string' }),
    ...(groups === ''
      ? []
      : checkExpression(groups, { at: at.child('groups'), over: 'claims', type: 'strings' })),
    ...(uid === '' ? [] : checkExpression(uid, { at: at.child('uid'), over: 'claims', type: 'string' })),
    ...validateExtra(extra, at.child('extra')),
    ...validateEmail(rule, at, emailVerified),
    ...Object.entries(scope).flatMap(([name, values]) =>
      values.length > maxScopeNames
        ? [tooMany(at.child('scope').child(name), values.length, maxScopeNames)]
        : [],
    ),
  ];
}

/** Whether an expression looks at `claims.email_verified`. */
export function emailIsVerified(expression: string): boolean {
  return reads(expression, 'claims.email_verified');
}

/** An address that nobody has verified is a name that anybody can take. */
function validateEmail(rule: ClaimRule, at: FieldPath, emailVerified: boolean): FieldError[] {
  const { match, user, extra = [] } = rule;
  if (emailVerified || !reads(user, 'claims.email')) return [];
  if ([match, user, ...extra.map(({ valueExpression }) => valueExpression)].some(emailIsVerified)) return [];
  const detail =
    'claims.email_verified must be used in match, user, extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in user';
  return [invalid(at.child('user'), user, detail)];
}

function validateExtra(extra: NonNullable<ClaimRule['extra']>, at: FieldPath): FieldError[] {
  if (extra.length > maxExtra) return [tooMany(at, extra.length, maxExtra)];
  return extra.flatMap(({ key, valueExpression }, index) => {
    const place = at.index(index);
    const isTaken = extra.findIndex((other) => other.key === key) < index;
    return [
      ...checkKey(key).map((problem) => invalid(place.child('key'), key, problem)),
      ...(isTaken ? [invalid(place.child('key'), key, 'must be unique')] : []),
      ...checkExpression(valueExpression, {
        at: place.child('valueExpression'),
        over: 'claims',
        type: 'strings',
      }),
    ];
  });
}

function checkKey(key: string): string[] {
  const domain = key.split('/', 1)[0] ?? '';
  if (!key.includes('/')) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  if (key !== key.toLowerCase()) return ['key must be lowercase'];
  const isReserved = reservedDomains.some((name) => domain === name || domain.endsWith(`.${name}`));
  if (isReserved) return ['k8s.io, kubernetes.io, berth.dev and their subdomains are reserved'];
  return checkQualifiedName(key);
}

function reads(expression: string, member: string): boolean {
  const compiled = compile(expression, 'claims');
  return 'program' in compiled && compiled.program.members.has(member);
}

function compile(
  expression: string,
  over: ExpressionCheck['over'],
): { readonly program: CelProgram } | { readonly problem: string } {
  try {
    return { program: (over === 'claims' ? claimExpressions : userExpressions).compile(expression) };
  } catch (error) {
    if (error instanceof CelError) return { problem: error.message };
    throw error;
  }
}
