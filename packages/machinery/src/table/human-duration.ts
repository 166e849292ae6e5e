const minuteS = 60;
const hourS = 60 * minuteS;
const dayS = 24 * hourS;
const yearS = 365 * dayS;

/** A duration as `kubectl get` shows ages: two or three significant figures, `5m12s`, `3d4h`, `2y30d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  // A clock that runs up to two seconds behind is still now.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * minuteS) return `${seconds}s`;
  if (seconds < 10 * minuteS) return twoUnits(seconds, [minuteS, 'm'], [1, 's']);
  if (seconds < 3 * hourS) return `${Math.floor(seconds / minuteS)}m`;
  if (seconds < 8 * hourS) return twoUnits(seconds, [hourS, 'h'], [minuteS, 'm']);
  if (seconds < 2 * dayS) return `${Math.floor(seconds / hourS)}h`;
  if (seconds < 8 * dayS) return twoUnits(seconds, [dayS, 'd'], [hourS, 'h']);
  if (seconds < 2 * yearS) return `${Math.floor(seconds / dayS)}d`;
  if (seconds < 8 * yearS) return twoUnits(seconds, [yearS, 'y'], [dayS, 'd']);
  return `${Math.floor(seconds / yearS)}y`;
}

/** The age of a timestamp as `kubectl get` shows it. */
export function humanAge(timestamp: string | null | undefined, now: Date): string {
  return timestamp ? humanDuration(now.getTime() - Date.parse(timestamp)) : '<unknown>';
}

type Unit = readonly [seconds: number, letter: string];

function twoUnits(seconds: number, [major, majorLetter]: Unit, [minor, minorLetter]: Unit): string {
  const rest = Math.floor((seconds % major) / minor);
  const whole = `${Math.floor(seconds / major)}${majorLetter}`;
  return rest === 0 ? whole : `${whole}${rest}${minorLetter}`;
}
