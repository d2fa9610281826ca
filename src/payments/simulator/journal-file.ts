// The simulator's memory across restarts: a file of JSON lines, appended before the answer is
// sent. Lines of one turn of the event loop share one write. There is no fsync: what is written is
// in the page cache, which outlives a killed process, and a simulator need not outlive the machine.

import { closeSync, fchmodSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

export interface Journal {
  /** Resolves when the line is written. A failed write ends the process: no answer may follow. */
  append(line: string): Promise<void>
  /** Resolves when everything appended so far is written. */
  settled(): Promise<void>
  close(): void
}

const READ_BYTES = 1 << 20
const NEWLINE = 10
const OWNER_ONLY = 0o600

/**
 * Opens a journal and hands every stored line to `read`, oldest first. A last line without its
 * newline was torn by a crash: it was never answered, so it is cut off. null keeps nothing.
 */
export function openJournal(file: string | null, read: (line: string) => void): Journal {
  if (file === null) {
    return { append: async () => {}, settled: async () => {}, close: () => {} }
  }
  // It holds client secrets; a file of an earlier version may have been open to everybody.
  const fd = openSync(file, 'a+', OWNER_ONLY)
  fchmodSync(fd, OWNER_ONLY)
  ftruncateSync(fd, readLines(fd, read))
  return journalOn(fd)
}

function journalOn(fd: number): Journal {
  let lines: string[] = []
  let flushed: Promise<void> | null = null

  function flush(): void {
    const batch = Buffer.from(lines.join(''))
    lines = []
    flushed = null
    let written = 0
    while (written < batch.length) written += writeSync(fd, batch, written)
  }

  return {
    append(line) {
      lines.push(line, '\n')
      flushed ??= new Promise((resolve) => {
        setImmediate(() => {
          flush()
          resolve()
        })
      })
      return flushed
    },
    settled: () => flushed ?? Promise.resolve(),
    close() {
      flush()
      closeSync(fd)
    },
  }
}

/** Reads all whole lines; returns the length of the file up to the last newline, in bytes. */
function readLines(fd: number, read: (line: string) => void): number {
  const chunk = Buffer.allocUnsafe(READ_BYTES)
  let rest = Buffer.alloc(0)
  let position = 0
  for (;;) {
    const count = readSync(fd, chunk, 0, READ_BYTES, position)
    if (count === 0) return position - rest.length
    position += count
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)])
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      read(bytes.toString('utf8', start, end))
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
}
