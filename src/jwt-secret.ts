// The development secret: made on the first start, kept in the data folder, readable by its owner.

import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { folderTrouble } from './embedded/folder-trouble.ts'
import { makeFolder } from './embedded/make-folder.ts'
import { StartRefused } from './embedded/start-refused.ts'

/** RFC 7518 section 3.2, as for JWT_SECRET. */
const SECRET_BYTES_MIN = 32

/** The text of `<dataDir>/jwt-secret`. Throws StartRefused for one that nobody may sign with. */
export function developmentSecret(dataDir: string): string {
  const file = path.join(dataDir, 'jwt-secret')
  const secret = secretOf(dataDir, file)
  if (Buffer.byteLength(secret) < SECRET_BYTES_MIN) {
    throw new StartRefused([
      `The development secret in ${file} is shorter than ${SECRET_BYTES_MIN} bytes.`,
      'It was cut off or changed, and tokens signed with it could be forged.',
      'Delete the file and start again: a new one is made, and older tokens end.',
    ])
  }
  return secret
}

function secretOf(dataDir: string, file: string): string {
  try {
    makeFolder(dataDir)
    return secretIn(file) ?? makeSecret(file)
  } catch (error) {
    throw folderTrouble(dataDir, error)
  }
}

/** null when there is none. */
function secretIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/**
 * Written beside its place and then linked into it: whoever reads it reads all of it, and of two
 * processes that start at once the first one's secret is taken by both.
 */
function makeSecret(file: string): string {
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  const secret = randomBytes(32).toString('hex')
  try {
    writeFileSync(draft, secret, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(draft, file)
    return secret
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return readFileSync(file, 'utf8').trim()
  } finally {
    rmSync(draft, { force: true })
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
