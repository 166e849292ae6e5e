/** A time as Kubernetes writes `metav1.Time`: RFC 3339 in UTC with whole seconds, rounded down. */
export function toTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** A time as Kubernetes writes `metav1.MicroTime`: with six digits of a second, of which Berth fills three. */
export function toMicroTime(date: Date): string {
  return `${date.toISOString().slice(0, 23)}000Z`;
}
