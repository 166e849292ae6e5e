import { blueGreenAnnotations, blueGreenStrategy, type Deployment } from '@berth/kinds';

/** How long old pods stay for a way back where nobody said otherwise. */
const defaultKeepSeconds = 300;

/** What a Deployment's annotations say of its changeovers. Times are in milliseconds. */
export interface BlueGreenSettings {
  /** How long the new pods are ready before they take over; undefined: until somebody says so. */
  readonly promoteAfterMs: number | undefined;
  readonly keepOldMs: number;
}

export function isBlueGreen({ metadata }: Deployment): boolean {
  return metadata.annotations?.[blueGreenAnnotations.strategy] === blueGreenStrategy;
}

export function settingsOf({ metadata }: Deployment): BlueGreenSettings {
  const { annotations = {} } = metadata;
  const seconds = (name: string, otherwise: number): number => {
    const text = annotations[name] ?? '';
    return /^\d+$/.test(text) ? Number(text) : otherwise;
  };
  const isAutomatic = annotations[blueGreenAnnotations.autoPromote] !== 'false';
  const afterSeconds = seconds(blueGreenAnnotations.autoPromoteAfterSeconds, 0);
  return {
    promoteAfterMs: isAutomatic ? afterSeconds * 1000 : undefined,
    keepOldMs: seconds(blueGreenAnnotations.keepOldSeconds, defaultKeepSeconds) * 1000,
  };
}
