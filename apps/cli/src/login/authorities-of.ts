/** The authorities among these. A private network's issuer is often signed by the authority of the server beside it. */
export function authoritiesOf(...authorities: readonly (string | undefined)[]): readonly string[] {
  return authorities.filter((authority) => authority !== undefined);
}
