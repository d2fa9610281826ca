// The rows an import did not take: the first ones shown, or all of them in a file, so that they can
// be mended and imported.

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import type { BadRow } from '../catalogue/read-catalogue-csv.ts'

const SHOWN_MAX = 20

export interface RejectedRows {
  add(row: BadRow, columns: readonly string[]): Promise<void>
  /** For the end of the report: where they are to be found. */
  where(): string
  close(): Promise<void>
}

/** `file` is written anew; null shows the first rows on standard error. */
export async function rejectedRows(file: string | null): Promise<RejectedRows> {
  return file === null ? shownRows() : writtenRows(file, await opened(file))
}

async function opened(file: string): Promise<WriteStream> {
  const out = createWriteStream(file)
  await once(out, 'open')
  return out
}

function shownRows(): RejectedRows {
  let seen = 0
  return {
    async add({ line, problem }) {
      seen += 1
      if (seen <= SHOWN_MAX) console.error(`line ${line}: ${problem}`)
      if (seen === SHOWN_MAX + 1) console.error('… and more; --rejects FILE writes all of them')
    },
    where: () => (seen > SHOWN_MAX ? ', the first 20 of them shown' : ''),
    async close() {},
  }
}

function writtenRows(file: string, out: WriteStream): RejectedRows {
  let first = true
  return {
    async add({ line, problem, fields }, columns) {
      const header = first ? `${['line', 'problem', ...columns].map(quoted).join(',')}\n` : ''
      first = false
      const text = [String(line), problem, ...fields].map(quoted).join(',')
      if (!out.write(`${header}${text}\n`)) await once(out, 'drain')
    },
    where: () => (first ? '' : `, listed in ${file}`),
    async close() {
      out.end()
      if (!out.closed) await once(out, 'close')
    },
  }
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
