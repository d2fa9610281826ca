// Looks at the machine and at what answers over HTTP; judges nothing.

import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { GatewayFacts } from './judge-gateway.ts'
import type { MachineFacts } from './judge-machine.ts'

const TIMER_MS = 20
const TIMERS = 5

export async function machineFacts(dataDir: string): Promise<MachineFacts> {
  let timerDelayMs = 0
  for (let timer = 0; timer < TIMERS; timer += 1) {
    const startedMs = performance.now()
    await pause(TIMER_MS)
    timerDelayMs = Math.max(timerDelayMs, performance.now() - startedMs - TIMER_MS)
  }
  const disk = await statfs(dataDir).catch(() => null)
  return {
    nodeVersion: process.versions.node,
    memoryBytes: Math.min(process.constrainedMemory() || totalmem(), totalmem()),
    openFilesMax: openFilesMax(),
    dataFolderFreeBytes: disk === null ? null : disk.bavail * disk.bsize,
    timerDelayMs,
  }
}

/** Linux tells it of every process; elsewhere nobody asks. */
function openFilesMax(): number | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}

export async function answers(url: string, timeoutMs: number): Promise<boolean> {
  return (await statusAndBody(url, {}, timeoutMs))?.status === 200
}

/** Asks as the account's owner: who it is, and where its webhooks go. */
export async function gatewayFacts(
  apiUrl: string | null,
  secretKey: string,
  timeoutMs: number,
): Promise<GatewayFacts> {
  const base = apiUrl ?? 'https://api.stripe.com'
  const headers = { authorization: `Bearer ${secretKey}` }
  const ask = (path: string) => statusAndBody(new URL(path, base).href, headers, timeoutMs)
  const account = await ask('/v1/account')
  if (account === null) return { accountStatus: null, endpoints: null }
  const listed = await ask('/v1/webhook_endpoints?limit=100')
  return { accountStatus: account.status, endpoints: endpointsOf(listed) }
}

interface Answered {
  readonly status: number
  readonly body: unknown
}

function endpointsOf(listed: Answered | null): GatewayFacts['endpoints'] {
  const data = (listed?.body as { data?: unknown } | null)?.data
  if (listed?.status !== 200 || !Array.isArray(data)) return null
  return data.flatMap((each: Record<string, unknown>) => {
    const { url, status, enabled_events: events } = each
    if (typeof url !== 'string' || status !== 'enabled' || !Array.isArray(events)) return []
    return [{ url, events: events.map(String) }]
  })
}

async function statusAndBody(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Answered | null> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    return { status: answer.status, body: await answer.json().catch(() => null) }
  } catch {
    return null
  }
}
