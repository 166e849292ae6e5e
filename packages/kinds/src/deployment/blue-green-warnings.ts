import type { KubeObject } from '@berth/machinery';
import { blueGreenAnnotations, blueGreenStrategy } from './blue-green.ts';

/** What each annotation may be. */
const rules: ReadonlyArray<readonly [string, RegExp, string]> = [
  [blueGreenAnnotations.strategy, new RegExp(`^${blueGreenStrategy}$`), `"${blueGreenStrategy}"`],
  [blueGreenAnnotations.autoPromote, /^(true|false)$/, '"true" or "false"'],
  [blueGreenAnnotations.autoPromoteAfterSeconds, /^\d+$/, 'a number of seconds'],
  [blueGreenAnnotations.keepOldSeconds, /^\d+$/, 'a number of seconds'],
];

/** Of annotations that mean nothing as they stand: nobody else would tell. */
export function blueGreenWarnings({ metadata }: KubeObject): readonly string[] {
  const { annotations = {} } = metadata;
  return rules.flatMap(([name, form, wanted]) => {
    const value = annotations[name];
    if (value === undefined || form.test(value)) return [];
    return [`metadata.annotations[${name}]: ${JSON.stringify(value)} has no effect; use ${wanted}`];
  });
}
