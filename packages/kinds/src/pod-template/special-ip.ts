import { type FieldError, type FieldPath, invalid } from '@berth/machinery';

/**
 * Addresses that would lead to the one who dials them, or nowhere. Of the loopback network, what lies between its first
 * and its last block of 65,536 is let through: processes that are pods have their addresses there.
 */
export function validateNonSpecialIp(value: string, at: FieldPath): FieldError[] {
  if (value === '0.0.0.0' || value === '::') return [invalid(at, value, `may not be unspecified (${value})`)];
  if (/^127\.(0|255)\./.test(value) || value === '::1') {
    return [invalid(at, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  }
  if (value.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(value)) {
    return [invalid(at, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  }
  if (value.startsWith('224.0.0.') || /^ff02:/i.test(value)) {
    return [invalid(at, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  }
  return [];
}
