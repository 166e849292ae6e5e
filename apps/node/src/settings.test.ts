import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const needed = {
  BERTH_API_URL: 'https://127.0.0.1:6443',
  BERTH_NODE_TOKEN_FILE: '/tokens/{name}.token',
  BERTH_NODE_NAME: 'simulated',
  BERTH_NODE_RUNTIME: 'simulated',
  BERTH_DATA_DIR: '/data',
};

it('names one node by the name, and several by the name and their number', () => {
  expect(readSettings(needed).nodes).toEqual([{ name: 'simulated', tokenFile: '/tokens/simulated.token' }]);
  expect(readSettings({ ...needed, BERTH_NODE_COUNT: '2' }).nodes).toEqual([
    { name: 'simulated-1', tokenFile: '/tokens/simulated-1.token' },
    { name: 'simulated-2', tokenFile: '/tokens/simulated-2.token' },
  ]);
});

it('refuses the process runtime of one who has not said that it may isolate nothing', () => {
  const process = { ...needed, BERTH_NODE_RUNTIME: 'process' };
  expect(() => readSettings(process)).toThrow('isolates nothing; set BERTH_ALLOW_PROCESS_RUNTIME=1');
  expect(readSettings({ ...process, BERTH_ALLOW_PROCESS_RUNTIME: '1' }).runtime).toBe('process');
});

it.each([
  ['BERTH_API_URL', 'ftp://x'],
  ['BERTH_NODE_NAME', 'Not A Name'],
  ['BERTH_NODE_RUNTIME', 'docker'],
  ['BERTH_NODE_COUNT', '0'],
  ['BERTH_NODE_PORT', '70000'],
  ['LOG_LEVEL', 'loud'],
])('refuses %s=%s by name', (variable, value) => {
  expect(() => readSettings({ ...needed, [variable]: value })).toThrow(variable);
});

it.each([
  [undefined, 'go-on'],
  ['0', 'go-on'],
  ['1', 'stop'],
  ['true', 'stop'],
  ['terminate', 'terminate'],
])('BERTH_STOP_PODS_ON_EXIT=%s lets pods %s at the end', (value, expected) => {
  const given = value === undefined ? needed : { ...needed, BERTH_STOP_PODS_ON_EXIT: value };
  expect(readSettings(given).podsOnExit).toBe(expected);
});
