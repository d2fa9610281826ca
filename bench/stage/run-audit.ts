// Asks the service's own audit about the run: by the command line against the replay's own
// service, over HTTP against one that runs elsewhere.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { type HttpRequest, openHttp } from '../load/http-connection.ts'
import { expectStatus } from '../load/unexpected-answer.ts'
import type { Difference } from '../replay/compare-books.ts'

const AUDIT_WITHIN_MS = 15 * 60_000

const AuditReport = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      checked: z.number(),
      violations: z.number(),
      examples: z.array(z.unknown()),
      /** Why this check was not made; absent when it was. */
      skipped: z.string().optional(),
    }),
  ),
})
export type AuditReport = z.infer<typeof AuditReport>

/** Runs `holdfast audit --json`. Throws when it does not end with a verdict. */
export async function auditByCommand(
  entry: string,
  environment: Readonly<Record<string, string>>,
): Promise<AuditReport> {
  const args = [entry, 'audit', '--json']
  const child = spawn(process.execPath, args, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: AUDIT_WITHIN_MS,
  })
  const [said, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0 && code !== 3) {
    throw new Error(`holdfast audit ended with ${code}: ${complained.trim().slice(-1000)}`)
  }
  const report = AuditReport.parse(JSON.parse(said))
  if (report.ok !== (code === 0)) {
    throw new Error(`holdfast audit ended with ${code} but its report says ok: ${report.ok}`)
  }
  return report
}

/** `GET /v1/ops/audit` of a running service. */
export async function auditByHttp(baseUrl: string, opsToken: string): Promise<AuditReport> {
  const connection = openHttp(baseUrl, AUDIT_WITHIN_MS)
  const asked: HttpRequest = { method: 'GET', path: '/v1/ops/audit', token: opsToken }
  try {
    return AuditReport.parse(expectStatus(asked, await connection.send(asked), [200]).body)
  } finally {
    connection.close()
  }
}

/** One difference per check that found a violation; an audit that checked nothing is one too. */
export function auditDifferences(report: AuditReport): Difference[] {
  const violated = report.checks.filter((check) => check.violations > 0)
  const differences = violated.map((check): Difference => {
    const example = JSON.stringify(check.examples[0] ?? null).slice(0, 300)
    const found = `${check.violations} of ${check.checked}, first: ${example}`
    return { kind: 'audit', of: check.id, expected: check.title, found }
  })
  const nothingChecked = report.checks.every((check) => check.checked === 0)
  if (nothingChecked || report.ok !== (violated.length === 0)) {
    const found = `ok: ${report.ok}, ${violated.length} checks with violations`
    const expected = 'an audit that checked something and agrees with itself'
    differences.push({ kind: 'audit', of: 'report', expected, found })
  }
  return differences
}
