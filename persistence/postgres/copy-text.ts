// Rows in the text format of COPY: tabs between fields, a line for each row, what would be taken
// for either escaped.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Client } from './connect.ts'
import type { Statement } from './load-sql.ts'

export type CopyField = string | number

// What is sent at once; a string for each row would be a system call for each.
const CHUNK_LENGTH = 65_536

/** Sends `rows` through a `copy … from stdin`; resolves when the server has taken all of them. */
export async function copyRows(
  client: Client,
  copy: Statement,
  rows: Iterable<readonly CopyField[]>,
): Promise<void> {
  await pipeline(Readable.from(chunksOf(rows)), client.query(copyFrom(copy.text)))
}

function* chunksOf(rows: Iterable<readonly CopyField[]>): Generator<string> {
  let chunk = ''
  for (const row of rows) {
    chunk += lineOf(row)
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

function lineOf(row: readonly CopyField[]): string {
  const texts = row.map((field) => (typeof field === 'string' ? escaped(field) : String(field)))
  return `${texts.join('\t')}\n`
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text
  return text.replaceAll(/[\\\t\n\r]/g, (special) => ESCAPES[special] ?? special)
}
