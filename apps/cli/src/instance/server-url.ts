import type { Settings } from '../settings.ts';

/** How clients on this machine reach the API server. */
export function serverUrl(settings: Settings): string {
  return `https://127.0.0.1:${settings.port}`;
}
