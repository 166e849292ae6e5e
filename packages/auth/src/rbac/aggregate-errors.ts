/** Several errors as one text, in upstream's form; '' for none. */
export function aggregateErrors(errors: readonly string[]): string {
  return errors.length > 1 ? `[${errors.join(', ')}]` : (errors[0] ?? '');
}
