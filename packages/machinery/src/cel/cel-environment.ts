import { type ASTNode, Environment, Optional } from '@marcbachmann/cel-js';
import { chargeCelStep } from './cel-budget.ts';
import { CelError } from './cel-error.ts';
import type { CelValue } from './cel-value.ts';

/** An expression that compiled. */
export interface CelProgram {
  readonly expression: string;
  /** The type that it yields as far as it can be known: `bool`, `string`, `list<string>`, …, `dyn`. */
  readonly type: string;
  /** Members of variables that it names: `claims.email`, whether written `claims.email`, `claims.?email` or `claims['email']`. */
  readonly members: ReadonlySet<string>;
  /**
   * Evaluates it, within a budget (`withinCelBudget`). An optional without a value yields null.
   *
   * @throws CelError `cel-failed`, `cel-too-expensive`
   */
  evaluate(values: Readonly<Record<string, CelValue>>): unknown;
}

/** The variables of a family of expressions. */
export interface CelEnvironment {
  /** @throws CelError `cel-invalid`, with line and column in the message */
  compile(expression: string): CelProgram;
}

/** Longest expression, in UTF-16 units. */
const maxCelExpressionLength = 4_096;

/** Structure that no expression needs more of. Nesting bounds the stack, and what one comprehension makes of another. */
const limits = { maxAstNodes: 500, maxDepth: 32, maxListElements: 256, maxMapEntries: 64 } as const;

/**
 * An environment of the Common Expression Language with these variables, by name: their types as `map<string, dyn>`.
 * Optional values are on, as in Kubernetes. https://kubernetes.io/docs/reference/using-api/cel/
 */
export function createCelEnvironment(variables: Readonly<Record<string, string>>): CelEnvironment {
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits,
  });
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
  meter(environment);
  return {
    compile(expression) {
      if (expression.length > maxCelExpressionLength) {
        throw new CelError('cel-invalid', `must have at most ${maxCelExpressionLength} characters`);
      }
      const parsed = parse(environment, expression);
      const { valid, type = 'dyn', error } = parsed.check();
      if (!valid) throw invalidAt(expression, error);
      return {
        expression,
        type,
        members: new Set(membersOf(parsed.ast)),
        evaluate: (values) => evaluated(() => parsed(values)),
      };
    },
  };
}

function parse(environment: Environment, expression: string) {
  try {
    return environment.parse(expression);
  } catch (error) {
    throw invalidAt(expression, error);
  }
}

function evaluated(run: () => unknown): unknown {
  try {
    const value = run();
    return value instanceof Optional ? (value.hasValue() ? value.value() : null) : value;
  } catch (error) {
    if (error instanceof CelError) throw error;
    throw new CelError('cel-failed', summaryOf(error), { cause: error });
  }
}

interface Evaluator {
  run(node: unknown, context: unknown): unknown;
}

/**
 * Charges the budget for every step of an environment's evaluations. The library has no budget of its own, but every
 * node that it evaluates passes its evaluator, which a macro of ours gets hold of.
 */
function meter(environment: Environment): void {
  const macro = 'berthMeter';
  environment.registerFunction(`${macro}(ast): bool`, () => ({
    typeCheck: (checker: { getType(name: string): unknown }) => checker.getType('bool'),
    evaluate(evaluator: Evaluator) {
      const run = evaluator.run.bind(evaluator);
      evaluator.run = (node, context) => {
        const value = run(node, context);
        chargeCelStep(value);
        return value;
      };
      return true;
    },
  }));
  environment.evaluate(`${macro}(true)`);
}

/** cel-go's form of a compilation error, which Kubernetes shows: `ERROR: <input>:1:8: …`. */
function invalidAt(expression: string, error: unknown): CelError {
  const before = expression.slice(0, startOf(error)).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const message = `compilation failed: ERROR: <input>:${before.length}:${column}: ${summaryOf(error)}`;
  return new CelError('cel-invalid', message, { cause: error });
}

function startOf(error: unknown): number {
  const range = error instanceof Error && 'range' in error ? error.range : undefined;
  return typeof range === 'object' && range !== null && 'start' in range ? Number(range.start) : 0;
}

/** What is wrong, without the library's drawing of the place. */
function summaryOf(error: unknown): string {
  if (error instanceof Error && 'summary' in error) return String(error.summary);
  return error instanceof Error ? error.message : String(error);
}

function membersOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(membersOf);
  if (typeof node !== 'object' || node === null || !('op' in node)) return [];
  // The library's nodes all have an operator and its operands.
  const { op, args } = node as ASTNode;
  const inner = Array.isArray(args) ? args.flatMap((part) => membersOf(part)) : membersOf(args);
  const member = isAccess(op) && Array.isArray(args) ? accessed(args as readonly unknown[]) : undefined;
  return member === undefined ? inner : [member, ...inner];
}

function isAccess(op: string): boolean {
  return op === '.' || op === '.?' || op === '[]' || op === '[?]';
}

function accessed([receiver, key]: readonly unknown[]): string | undefined {
  const variable = operandOf(receiver, 'id');
  const name = typeof key === 'string' ? key : operandOf(key, 'value');
  return typeof variable === 'string' && typeof name === 'string' ? `${variable}.${name}` : undefined;
}

function operandOf(node: unknown, op: string): unknown {
  return typeof node === 'object' && node !== null && 'op' in node && node.op === op && 'args' in node
    ? node.args
    : undefined;
}
