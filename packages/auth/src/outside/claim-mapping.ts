import {
  type CelBudget,
  CelError,
  type CelProgram,
  type CelValue,
  celValueOf,
  claimExpressions,
  userExpressions,
  withinCelBudget,
} from '@berth/machinery';
import { groupAuthenticated } from '../identity.ts';
import { TokenError } from '../token-error.ts';
import type { TokenScope } from '../token-scope.ts';

/** The rules of a TrustedIssuer, as its spec has them. */
export interface ClaimMappingRules {
  readonly claimValidationRules?: readonly {
    readonly claim?: string;
    readonly requiredValue?: string;
    readonly expression?: string;
    readonly message?: string;
  }[];
  readonly claims?: readonly ClaimRule[];
  readonly userValidationRules?: readonly { readonly expression: string; readonly message?: string }[];
  readonly usernamePrefix: string;
  readonly groupPrefix: string;
}

interface ClaimRule {
  readonly match: string;
  readonly user: string;
  readonly groups?: string;
  readonly uid?: string;
  readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
  readonly scope?: Pick<TokenScope, 'namespaces' | 'verbs'>;
}

/** Who a token speaks for. */
export interface MappedUser {
  readonly username: string;
  readonly uid: string;
  /** `system:authenticated` among them. */
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  readonly scope?: TokenScope;
}

/** Rules made ready. */
export interface ClaimMapping {
  /**
   * The user that the rules make of verified claims: all that they demand must hold, then the first rule that matches
   * counts. Synchronous; takes at most the time of its budget.
   *
   * @throws TokenError `unmapped`, `rule-refused`
   */
  userOf(claims: Readonly<Record<string, unknown>>): MappedUser;
}

/** For all the rules of a TrustedIssuer together. */
const budget: CelBudget = { cost: 1_000_000, timeoutMs: 50 };
const maxNameLength = 1_024;
const maxGroups = 1_000;

/** Names that only Berth and Kubernetes themselves give: no token from outside may bear one, whatever the rules say. */
const reservedPrefixes = ['system:', 'berth:'];

type Texts = readonly string[];

/**
 * Compiles the rules of a TrustedIssuer. The semantics are those of Kubernetes' structured authentication: an expression
 * that fails refuses the token, and a text that is empty, null or missing counts as none.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 *
 * @throws CelError for an expression that does not compile
 */
export function compileClaimMapping(rules: ClaimMappingRules): ClaimMapping {
  const { claimValidationRules = [], claims = [], userValidationRules = [] } = rules;
  const demands = claimValidationRules.map((rule, index) =>
    compileDemand(rule, `claimValidationRules[${index}]`),
  );
  const mappings = claims.map((rule, index) => compileRule(rule, rules, `claims[${index}]`));
  const userDemands = userValidationRules.map(({ expression, message }, index) => ({
    holds: userExpressions.compile(expression),
    place: `userValidationRules[${index}].expression`,
    message,
  }));
  return {
    userOf(payload) {
      const values = { claims: celValueOf(payload) };
      try {
        return withinCelBudget(budget, () => {
          for (const demand of demands) demand(values);
          const rule = mappings.find(({ matches }) => matches(values));
          if (rule === undefined)
            throw new TokenError('unmapped', 'no rule of the TrustedIssuer matches the token');
          const user = rule.userOf(values);
          const userValues = { user: celValueOf(user) };
          for (const { holds, place, message } of userDemands) {
            if (!truthOf(holds, userValues, place)) throw refusal(place, message ?? 'the user is refused');
          }
          return user;
        });
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        throw new TokenError(
          'rule-refused',
          `the TrustedIssuer's rules cannot be evaluated: ${error.message}`,
          {
            cause: error,
          },
        );
      }
    },
  };
}

type Values = Readonly<Record<string, CelValue>>;

function compileDemand(
  rule: NonNullable<ClaimMappingRules['claimValidationRules']>[number],
  at: string,
): (values: Values) => void {
  const { claim = '', requiredValue = '', expression = '', message } = rule;
  if (claim !== '') {
    return ({ claims }) => {
      const value = claims instanceof Map ? claims.get(claim) : undefined;
      if (value !== requiredValue) throw refusal(at, `claim ${claim} has not the value that is required`);
    };
  }
  const program = claimExpressions.compile(expression);
  return (values) => {
    if (!truthOf(program, values, at)) throw refusal(at, message ?? 'the claims are refused');
  };
}

function compileRule(rule: ClaimRule, { usernamePrefix, groupPrefix }: ClaimMappingRules, at: string) {
  const match = claimExpressions.compile(rule.match);
  const user = claimExpressions.compile(rule.user);
  const groups = compiled(rule.groups);
  const uid = compiled(rule.uid);
  const extra = (rule.extra ?? []).map(({ key, valueExpression }, index) => ({
    key,
    values: claimExpressions.compile(valueExpression),
    place: `${at}.extra[${index}].valueExpression`,
  }));
  return {
    matches: (values: Values) => truthOf(match, values, `${at}.match`),
    userOf(values: Values): MappedUser {
      const [username, ...others] = textsOf(user, values, `${at}.user`);
      if (username === undefined || others.length > 0) throw refusal(`${at}.user`, 'it yields no username');
      const groupNames = groups === undefined ? [] : textsOf(groups, values, `${at}.groups`);
      if (groupNames.length > maxGroups)
        throw refusal(`${at}.groups`, `it yields more than ${maxGroups} groups`);
      return {
        username: nameOf(`${usernamePrefix}${username}`, `${at}.user`),
        uid: uid === undefined ? '' : (textsOf(uid, values, `${at}.uid`)[0] ?? ''),
        groups: [
          ...new Set(groupNames.map((group) => nameOf(`${groupPrefix}${group}`, `${at}.groups`))),
          groupAuthenticated,
        ],
        extra: Object.fromEntries(
          extra
            .map(({ key, values: program, place }) => [key, textsOf(program, values, place)] as const)
            .filter(([, texts]) => texts.length > 0),
        ),
        ...(rule.scope !== undefined && { scope: rule.scope }),
      };
    },
  };
}

function compiled(expression: string | undefined): CelProgram | undefined {
  return expression === undefined || expression === '' ? undefined : claimExpressions.compile(expression);
}

function truthOf(program: CelProgram, values: Values, place: string): boolean {
  const value = resultOf(program, values, place);
  if (typeof value !== 'boolean') throw refusal(place, 'it does not yield a boolean');
  return value;
}

/** A text or a list of texts; empty ones are left out. */
function textsOf(program: CelProgram, values: Values, place: string): Texts {
  const value = resultOf(program, values, place);
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value ?? ''];
  return texts
    .map((text) => {
      if (typeof text !== 'string') throw refusal(place, 'it does not yield text');
      return text;
    })
    .filter((text) => text !== '');
}

function resultOf(program: CelProgram, values: Values, place: string): unknown {
  try {
    return program.evaluate(values);
  } catch (error) {
    if (error instanceof CelError && error.code === 'cel-failed') throw refusal(place, error.message);
    throw error;
  }
}

/** A name that may stand in logs, headers and bindings. */
function nameOf(name: string, place: string): string {
  if (name.length > maxNameLength)
    throw refusal(place, `it yields a name of more than ${maxNameLength} characters`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) throw refusal(place, 'it yields a name with control characters');
  const reserved = reservedPrefixes.find((prefix) => name.startsWith(prefix));
  if (reserved !== undefined) {
    throw refusal(place, `it yields a name that begins with '${reserved}', which is reserved`);
  }
  return name;
}

function refusal(place: string, why: string): TokenError {
  return new TokenError('rule-refused', `the TrustedIssuer's ${place} refuses the token: ${why}`);
}
