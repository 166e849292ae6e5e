/** What of a logger (pino's, for one) is needed here. */
interface Logger {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

const warnEveryMs = 30_000;

/** Logs trouble with Redis: a warning at first and now and then, since every attempt to reconnect is told, too. */
export function redisErrorLog(log: Logger): (error: Error) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (err) => {
    const now = performance.now();
    if (now - warnedAt < warnEveryMs) {
      log.debug({ err }, 'Redis fails');
      return;
    }
    warnedAt = now;
    log.warn({ err }, 'Redis fails; work goes on when it is back');
  };
}
