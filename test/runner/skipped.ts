// For what a test file leaves out: named, with its reason, and counted. Silence would look like
// a pass.

import { hasRunner, sendReport } from './report-channel.ts'

/**
 * Says that `name` (a test or a whole suite) does not run here, and why. Name the missing service
 * in the reason ("no Postgres was found"): the continuous integration run refuses such gaps.
 */
export function skipTest(name: string, reason: string): void {
  if (hasRunner()) sendReport({ kind: 'skipped', test: name, reason })
  else console.log(`skip ${name} (${reason})`)
}
