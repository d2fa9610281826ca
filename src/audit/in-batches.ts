// Collects items and works on them together: one look-up for hundreds of rows instead of one each,
// and never more than one batch in memory.

export interface Batches<Item> {
  add(item: Item): Promise<void>
  /** Works on what is left. */
  flush(): Promise<void>
}

export function inBatches<Item>(
  size: number,
  work: (items: readonly Item[]) => Promise<void>,
): Batches<Item> {
  let items: Item[] = []
  async function flush(): Promise<void> {
    if (items.length === 0) return
    const full = items
    items = []
    await work(full)
  }
  return {
    async add(item) {
      items.push(item)
      if (items.length >= size) await flush()
    },
    flush,
  }
}
