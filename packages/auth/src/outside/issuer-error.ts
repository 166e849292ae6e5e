import { BerthError } from '@berth/machinery';

/** Why an issuer's keys are not to be had. Stable: the conditions of a TrustedIssuer show them. */
export type IssuerErrorCode =
  /** Its address is private, or otherwise none that Berth calls for tenants. */
  | 'AddressRefused'
  | 'Unreachable'
  | 'TimedOut'
  /** It answered with another status than 200; redirects count, too. */
  | 'BadStatus'
  | 'TooLarge'
  | 'NotJson'
  /** Its discovery document names another issuer, or no place of its keys. */
  | 'BadDiscovery'
  | 'BadKeys'
  /** It was asked too often, or too many others are asked at the moment. */
  | 'Busy';

/** An issuer that cannot be asked for its keys. The message is safe to show to the owner of the TrustedIssuer. */
export class IssuerError extends BerthError {
  override readonly name = 'IssuerError';
  declare readonly code: IssuerErrorCode;

  constructor(code: IssuerErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { cause: options?.cause });
  }
}
