// How far a long command is: one line that is written over on a terminal, a new line every few
// seconds elsewhere. It goes to standard error, since standard output is for results.

const EVERY_MS = 200
const EVERY_MS_WITHOUT_TERMINAL = 5_000

export interface ProgressLine {
  /** Shows `text` unless it was shown a moment ago. */
  show(text: () => string): void
  /** Clears the way for a line of text. */
  clear(): void
}

export function progressLine(
  out: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'> = process.stderr,
): ProgressLine {
  const everyMs = out.isTTY ? EVERY_MS : EVERY_MS_WITHOUT_TERMINAL
  let shownMs = performance.now()
  let dirty = false
  return {
    show(text) {
      const nowMs = performance.now()
      if (nowMs - shownMs < everyMs) return
      shownMs = nowMs
      if (!out.isTTY) {
        out.write(`${text()}\n`)
        return
      }
      // A line that wraps cannot be written over.
      out.write(`\r\u001b[K${text().slice(0, (out.columns || 80) - 1)}`)
      dirty = true
    },
    clear() {
      if (dirty) out.write('\r\u001b[K')
      dirty = false
    },
  }
}

/** A duration as a person says it: `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}
