// What an examination finds. `mend` would hurt a sale, `note` is worth knowing, `ok` is as it
// should be.

export interface Finding {
  readonly part: 'database' | 'redis' | 'gateway' | 'callers' | 'machine'
  readonly state: 'ok' | 'mend' | 'note'
  /** What was seen. */
  readonly seen: string
  /** What it means for a sale and how to mend it; empty when it is as it should be. */
  readonly advice: string
}

/** `ok` when `isSound`, else as `otherwise` says. */
export function finding(
  part: Finding['part'],
  isSound: boolean,
  seen: string,
  otherwise: { readonly state: 'mend' | 'note'; readonly advice: string },
): Finding {
  if (isSound) return { part, state: 'ok', seen, advice: '' }
  return { part, seen, ...otherwise }
}

export function mend(part: Finding['part'], seen: string, advice: string): Finding {
  return { part, state: 'mend', seen, advice }
}

export function note(part: Finding['part'], seen: string, advice: string): Finding {
  return { part, state: 'note', seen, advice }
}
