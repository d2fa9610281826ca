// First in, first out, in constant time. An array shifts all it holds, and a Map or Set walks over
// what was deleted from its front: both stand still at a hundred thousand entries.

export interface Queue<Item> {
  push(item: Item): void
  /** The oldest; undefined when it is empty. */
  peek(): Item | undefined
  shift(): Item | undefined
}

const COMPACT_FROM = 1_024

export function queue<Item extends object>(): Queue<Item> {
  let items: Item[] = []
  let head = 0
  return {
    push: (item) => void items.push(item),
    peek: () => items[head],
    shift() {
      const item = items[head]
      if (item === undefined) return undefined
      head += 1
      if (head >= COMPACT_FROM && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
