import { describe, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { fakeContext } from '../testing/fake-context.ts';
import { complete } from './complete.ts';

const program = createProgram(fakeContext());
const names: Readonly<Record<string, readonly string[]>> = {
  cluster: ['prod', 'preview'],
  tenant: ['acme', 'umbrella'],
  context: ['127.0.0.1:6443'],
};
/** What could stand at the end of the line. */
async function at(line: string): Promise<readonly string[]> {
  const candidates = await complete(program, line.split(' '), async (thing) => names[thing] ?? []);
  return candidates.map(({ value }) => value);
}

describe('completion', () => {
  test('knows every command that the help shows, and none that it hides', async () => {
    const commands = await at('');
    expect(commands).toEqual(expect.arrayContaining(['up', 'login', 'clusters', 'kubeconfig', 'completion']));
    expect(commands).not.toContain('complete');
  });

  test.each([
    ['clus', ['clusters']],
    ['clusters l', ['list']],
    ['cluster l', ['list']],
    ['clusters get p', ['prod', 'preview']],
    ['clusters get prod ', []],
    ['clusters delete prod p', ['prod', 'preview']],
    ['kubeconfig pr', ['prod', 'preview']],
    ['kubeconfig --namespace x pr', ['prod', 'preview']],
    ['kubeconfig --print pr', ['prod', 'preview']],
    ['clusters create x --tenant a', ['acme']],
    ['clusters create x --tenant=u', ['--tenant=umbrella']],
    ['clusters list -o y', ['yaml']],
    ['clusters list --output=j', ['--output=json']],
    ['tenants members add acme bob --role ', ['owner', 'member', 'viewer']],
    ['tenants get ', ['acme', 'umbrella']],
    ['contexts use 127.0.0.1:', ['127.0.0.1:6443']],
    ['completion f', ['fish']],
    ['clusters create x --pro', ['--protect']],
    ['no-such-command ', []],
  ])('of %j is %j', async (line, expected) => {
    expect(await at(line)).toEqual(expected);
  });

  test('says what a command does', async () => {
    const [found] = await complete(program, ['whoa'], async () => []);
    expect(found).toEqual({ value: 'whoami', description: 'whom the server takes you for' });
  });
});
