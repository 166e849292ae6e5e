import { BerthError } from '@berth/machinery';

/** A pod refers to something that does not exist; the message is the kubelet's. */
export class ConfigError extends BerthError {
  declare readonly code: 'config';

  constructor(message: string) {
    super('config', message);
    this.name = 'ConfigError';
  }
}
