import { expect, it } from 'vitest';
import { CpuRates } from './cpu-rates.ts';

const startedAt = new Date('2026-01-01T00:00:00Z');
const sample = (seconds: number, cpuSeconds: number) => ({
  at: new Date(startedAt.getTime() + seconds * 1000),
  startedAt,
  cpuNanoSeconds: cpuSeconds * 1e9,
});

it.each([
  {
    guarantee: 'the first answer is the mean since the beginning',
    asked: [sample(10, 5)],
    rate: 0.5,
  },
  {
    guarantee: 'later ones are the mean since the answer before',
    asked: [sample(10, 5), sample(20, 5), sample(30, 15)],
    rate: 1,
  },
  {
    guarantee: 'who asks again at once gets a mean over a time that means something',
    asked: [sample(10, 5), sample(20, 15), sample(21, 15)],
    rate: 10 / 11,
  },
  {
    guarantee: 'a counter that began anew is one of its own',
    asked: [sample(10, 50), sample(20, 5)],
    rate: 0.25,
  },
])('processor time used each second: $guarantee', ({ asked, rate }) => {
  const rates = new CpuRates();
  expect(asked.map((each) => rates.rate('a', each)).at(-1)).toBe(Math.round(rate * 1e9));
});

it('what nobody asks for is forgotten', () => {
  const rates = new CpuRates();
  rates.rate('a', sample(10, 5));
  rates.sweep(new Date(startedAt.getTime() + 3_600_000));
  expect(rates.rate('a', sample(3_600, 5))).toBe(Math.round((5 / 3_600) * 1e9));
});
