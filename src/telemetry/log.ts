// One JSON line an event, to standard error: standard output belongs to the person at the terminal.
// Tokens and cards are cut out before a line is written, whoever logged them.

import { destination, type Logger, pino } from 'pino'

export type Log = Logger

export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      redact: ['*.authorization', '*.token', '*.clientSecret', '*.client_secret', 'token'],
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
    },
    destination({ dest: 2, sync: false }),
  )
}
