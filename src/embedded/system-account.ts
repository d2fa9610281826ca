// PostgreSQL refuses to run as root. Started by root, it runs as an account without rights of its
// own; whether that account can reach a folder is found out by trying, because modes, parents,
// access lists and mounts all have a say.

import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { StartRefused } from './start-refused.ts'

export interface SystemAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** What must be possible, in the words of test(1): x to enter or execute, r to read. */
export type AccessNeed = readonly ['x' | 'r', string]

const ACCOUNTS_IN_ORDER = ['postgres', 'nobody'] as const

/**
 * Who PostgreSQL is to run as; null means as ourselves, the case of every ordinary user. A cluster
 * that exists decides: only the owner of its folder may run it.
 */
export function accountForPostgres(clusterFolder: string): SystemAccount | null {
  const ourUid = process.getuid?.() ?? 0
  const cluster = statSync(clusterFolder, { throwIfNoEntry: false })
  if (ourUid !== 0) {
    if (cluster !== undefined && cluster.uid !== ourUid) {
      throw new StartRefused([
        `The database in ${clusterFolder} belongs to another user (uid ${cluster.uid}).`,
        'Only that user, or root, can start it.',
        'Start Holdfast as that user, or choose another folder with HOLDFAST_DATA.',
      ])
    }
    return null
  }
  if (cluster !== undefined && cluster.uid !== 0) {
    const known = readAccounts().find((account) => account.uid === cluster.uid)
    return known ?? { name: `uid ${cluster.uid}`, uid: cluster.uid, gid: cluster.gid }
  }
  const accounts = readAccounts()
  for (const name of ACCOUNTS_IN_ORDER) {
    const found = accounts.find((account) => account.name === name && account.uid !== 0)
    if (found !== undefined) return found
  }
  throw new StartRefused([
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as.',
    'Start Holdfast as an ordinary user, or set DATABASE_URL to a running server.',
  ])
}

/** Whether the account (null: we ourselves) can do all of it, tried by a process of its own. */
export function canAccess(account: SystemAccount | null, needs: readonly AccessNeed[]): boolean {
  const script = 'while [ $# -gt 0 ]; do test "-$1" "$2" || exit 1; shift 2; done'
  const tried = spawnSync('/bin/sh', ['-c', script, 'sh', ...needs.flat()], {
    cwd: '/',
    stdio: 'ignore',
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  })
  return tried.status === 0
}

// passwd(5): name:password:uid:gid:comment:home:shell
function readAccounts(): SystemAccount[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return []
    return [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}
