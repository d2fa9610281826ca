// One structured line for each request. A flash sale answers ten thousand "sold out" a second, and
// a line for each would be a second sale: ordinary answers are lines of level debug. What an
// operator should see, our own failures and slow answers, are lines of level warn and info, of
// which there are so many a second at most; how many were left out is said.

import { lineBound } from '../http/line-bound.ts'
import type { RequestFacts } from '../http/request-observer.ts'
import type { Log } from './log.ts'

export interface AccessLogSettings {
  /** True: every request is a line of level info at least, and none is left out. */
  readonly all: boolean
  /** An answer that took longer is worth a line. */
  readonly slowMs: number
}

const LINES_PER_SECOND_MAX = 100

// Refused for lack of room, which happens by the thousand; metrics count them.
const ORDINARY: ReadonlySet<string> = new Set([
  'overloaded',
  'deadline_passed',
  'shutting_down',
  'not_ready',
])

export type AccessLog = (facts: RequestFacts) => void

/** `monotonicMs` is the clock the bound is measured by. */
export function accessLog(
  log: Log,
  { all, slowMs }: AccessLogSettings,
  monotonicMs: () => number = () => performance.now(),
): AccessLog {
  const hasRoom = lineBound(LINES_PER_SECOND_MAX, monotonicMs, (leftOut) => {
    log.warn({ leftOut }, 'lines about requests were left out')
  })

  return function logRequest(facts) {
    const notable = levelOf(facts, slowMs)
    const level = notable ?? (all ? 'info' : 'debug')
    if (!log.isLevelEnabled(level)) return
    if (notable !== null && !all && !log.isLevelEnabled('debug') && !hasRoom()) return
    log[level](facts, 'a request')
  }
}

/** null: nothing that anybody should be told of. */
function levelOf({ status, code, durationMs }: RequestFacts, slowMs: number) {
  if (status >= 500 && !ORDINARY.has(code ?? '')) return 'warn'
  return durationMs >= slowMs ? 'info' : null
}
