// The processes of a served shop, as its runtime.json names them, seen from outside.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Runtime {
  readonly owner: { readonly pid: number }
  readonly postgres: { readonly process: { readonly pid: number } } | null
  readonly redis: { readonly process: { readonly pid: number } } | null
  readonly simulator: { readonly process: { readonly pid: number } } | null
}

/** What the data folder records; null when nothing runs there. */
export function runtimeOf(dataDir: string): Runtime | null {
  const file = path.join(dataDir, 'runtime.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Runtime) : null
}

/** The pids of the children, PostgreSQL first. */
export function childrenOf(dataDir: string): number[] {
  const runtime = runtimeOf(dataDir)
  const { postgres, redis, simulator } = runtime ?? { postgres: null, redis: null, simulator: null }
  return [postgres, redis, simulator].flatMap((child) => child?.process.pid ?? [])
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
