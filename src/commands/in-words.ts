// An error as a person wants to read it: the sentence for what they can mend, the whole story for
// what only a developer can.

import { NeedsOperator, RetryLater } from '../../actors/domain/failures.ts'
import type { Config } from '../config.ts'
import { StartRefused } from '../embedded/start-refused.ts'

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'])

// Shut down, crashed, or starting: the same question is answered soon.
const SOON_BACK = /^57P0[123]$/

// The driver's own words about a connection to Postgres, which carry no code.
const NO_DATABASE_THERE = [
  'Connection terminated',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'The server does not support SSL',
  'There was an error establishing an SSL connection',
]

/** DATABASE_URL is only named as the culprit to somebody who set it. */
export function inWords(error: unknown, { databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  if (error instanceof StartRefused || error instanceof NeedsOperator) return error.message
  if (error instanceof RetryLater) return error.message
  if (!(error instanceof Error)) return String(error)
  if (NO_DATABASE_THERE.some((words) => error.message.startsWith(words))) {
    return `${error.message}. Check DATABASE_URL: what is there does not answer as a database.`
  }
  const { code, syscall } = error as NodeJS.ErrnoException
  const message = messageOf(error)
  if (code === undefined) return error.stack ?? message
  // Five characters that are no errno are Postgres speaking.
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) {
    return `The database refused (${code}): ${message}. ${adviceFor(code, databaseUrl)}`
  }
  const isUnreachable = UNREACHABLE.has(code) || (code === 'ENOENT' && syscall === 'connect')
  if (!isUnreachable) return error.stack ?? message
  return `${message} (${code}). Check that DATABASE_URL and REDIS_URL, if set, name what answers.`
}

function adviceFor(code: string, databaseUrl: string | null): string {
  if (SOON_BACK.test(code)) return 'It is starting or stopping: try again in a minute.'
  if (databaseUrl === null) return "Its log, postgres.log in the data folder's logs, may say why."
  return 'Check DATABASE_URL: user, password, name.'
}

/** A name with several addresses fails with an error for each, and no word of its own. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message
  return error.errors.map((each) => (each instanceof Error ? each.message : each)).join('; ')
}
