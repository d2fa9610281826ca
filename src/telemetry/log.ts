// One JSON line an event, to standard error: standard output belongs to the person at the terminal.
// Secrets and whole database rows are cut out before a line is written, whoever logged them.

import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { withoutSecrets } from './without-secrets.ts'

export type Log = Logger

/** `to` is standard error unless a test reads along. */
export function openLog(level: string, to: DestinationStream = standardError()): Log {
  return pino(
    {
      level,
      base: null,
      formatters: { log: (fields) => withoutSecrets(fields) },
      // What is logged as an error is a plain object by then.
      serializers: { err: (error: unknown) => error },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
    },
    to,
  )
}

// When nobody reads standard error, lines wait here; past this much they are dropped.
const WAITING_BYTES_MAX = 16 * 2 ** 20

function standardError(): DestinationStream {
  return destination({ dest: 2, sync: false, maxLength: WAITING_BYTES_MAX })
}
