/** Lists that a client leaves out of a slice are stored as `null`, as Kubernetes writes them. */
export function listOf<Item>(list: readonly Item[] | null | undefined): readonly Item[] {
  return list ?? [];
}
