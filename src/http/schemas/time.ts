// Times travel as RFC 3339 in UTC, with milliseconds.

import { z } from '@hono/zod-openapi'

export const TimeSchema = z.iso.datetime()

export function timeBody(unixMs: number): string {
  return new Date(unixMs).toISOString()
}
