// Reads bytes as an import does, without storage: rows, or how the file is none.

import { Readable } from 'node:stream'
import { catalogueReader } from '../../src/catalogue/read-catalogue-csv.ts'
import { linesOf } from '../../src/catalogue/text-lines.ts'

export async function catalogueRowsOf(bytes: Buffer) {
  const reader = catalogueReader()
  const rows = []
  for await (const lines of linesOf(Readable.from([bytes], { objectMode: false }))) {
    for (const line of lines) rows.push(...reader.push(line))
  }
  return [...rows, ...reader.end()]
}
