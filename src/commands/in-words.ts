// An error as a person wants to read it: the sentence for what they can mend, the whole story for
// what only a developer can.

import { StartRefused } from '../embedded/start-refused.ts'

export function inWords(error: unknown): string {
  if (error instanceof StartRefused) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `${message}: another program has this port. Stop it, or choose another with PORT.`
  }
  if (code === 'ECONNREFUSED') {
    return `${message}: nothing answers at a configured address. Check DATABASE_URL and REDIS_URL.`
  }
  return error instanceof Error ? (error.stack ?? message) : String(error)
}
