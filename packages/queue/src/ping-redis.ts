import { connectRedis, type RedisSettings } from './redis-connection.ts';

/** Whether a Redis server answers at the URL within the time. Never throws. */
export async function pingRedis(settings: RedisSettings, timeoutMs: number): Promise<boolean> {
  const connection = connectRedis(settings, 'consumer');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([connection.ping().then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    connection.disconnect();
  }
}
