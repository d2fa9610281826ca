// An error as a person wants to read it: the sentence for what they can mend, the whole story for
// what only a developer can.

import { RetryLater } from '../../actors/domain/failures.ts'
import { StartRefused } from '../embedded/start-refused.ts'

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'])

export function inWords(error: unknown): string {
  if (error instanceof StartRefused || error instanceof RetryLater) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error.stack ?? message
  // Five characters that are no errno are Postgres speaking.
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) {
    return `The database refused (${code}): ${message}. Check DATABASE_URL: user, password, name.`
  }
  if (!UNREACHABLE.has(code)) return error.stack ?? message
  return `${message} (${code}). Check that DATABASE_URL and REDIS_URL, if set, name what answers.`
}
