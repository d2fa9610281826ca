// Counts requests by route template, method and status, and every no by its code.

import type { RequestFacts } from '../../http/request-observer.ts'
import type { Meters } from './meters.ts'
import { TURNED_AWAY } from './metric-table.ts'

const REASONS: ReadonlySet<string> = new Set(TURNED_AWAY)

export interface MeteredRequests {
  begin(): void
  end(facts: RequestFacts): void
}

export function meteredRequests(meters: Meters): MeteredRequests {
  let active = 0
  meters.gauge('http_server_active_requests', () => [[{}, active]])
  return {
    begin() {
      active += 1
    },
    end({ method, route, status, durationMs, code }) {
      active -= 1
      meters.observe('http_server_request_duration_seconds', durationMs / 1_000, {
        http_request_method: method,
        http_route: route,
        http_response_status_code: String(status),
      })
      if (code === null) return
      meters.count('checkout_http_refusals_total', { code })
      if (REASONS.has(code)) meters.count('checkout_admission_rejected_total', { reason: code })
    },
  }
}
