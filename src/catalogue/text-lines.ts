// The lines of a file that may be gzipped and of any size: told by its first bytes, decoded as it
// comes, never held as a whole.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'

// No row is this long; what is, is no text file, and must not gather in memory.
const LINE_LENGTH_MAX = 1_048_576
const GZIP_MAGIC = [0x1f, 0x8b] as const

/** The file is not what it says it is. */
export class UnreadableFile extends Error {
  constructor(problem: string, options?: { cause?: unknown }) {
    super(problem, options)
    this.name = 'UnreadableFile'
  }
}

/** Every line of `bytes`, a chunk's worth at a time. Throws UnreadableFile. */
export async function* linesOf(bytes: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let rest = ''
  for await (const chunk of await unzipped(bytes)) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_LENGTH_MAX) {
      throw new UnreadableFile('a line is longer than a million characters: this is no CSV file')
    }
    if (lines.length > 0) yield lines.map(withoutReturn)
  }
  rest += decoder.decode()
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** The bytes themselves, or what is packed in them. */
async function unzipped(bytes: Readable): Promise<AsyncIterable<unknown>> {
  const head = await firstBytes(bytes)
  if (!GZIP_MAGIC.every((byte, at) => head[at] === byte)) return bytes
  const unzip = createGunzip()
  // Errors of either end come out of `unzip`, which is what is read.
  pipeline(bytes, unzip, () => {})
  return readable(unzip)
}

async function* readable(unzip: Transform): AsyncGenerator<unknown> {
  try {
    yield* unzip
  } catch (error) {
    if (!isBrokenGzip(error)) throw error
    const problem = 'the gzip file is cut off or broken'
    throw new UnreadableFile(problem, { cause: error })
  }
}

function isBrokenGzip(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return (
    typeof code === 'string' && (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE')
  )
}

/** Looks at the beginning and puts it back. */
async function firstBytes(bytes: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = bytes.read() as Buffer | null
    if (chunk !== null && chunk.length > 0) {
      bytes.unshift(chunk)
      return chunk
    }
    if (bytes.readableEnded) return Buffer.alloc(0)
    await Promise.race([once(bytes, 'readable'), once(bytes, 'end')])
  }
}

/** SHA-256 of what is in the file, packed or not, as 32 hex digits: enough to tell files apart. */
export async function hashOfContent(bytes: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await unzipped(bytes)) hash.update(chunk as Buffer)
  return hash.digest('hex').slice(0, 32)
}
