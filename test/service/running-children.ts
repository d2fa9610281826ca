// The processes of a served shop, as its runtime.json names them, seen from outside.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { identityOf } from '../../src/embedded/process-identity.ts'

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

/** One that ended and that its parent has not collected yet is gone: it holds nothing any more. */
export function isAlive(pid: number): boolean {
  return identityOf(pid) !== null
}
