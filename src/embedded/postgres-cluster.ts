// A PostgreSQL data directory ("cluster") with its one database. It is made beside its place and
// moved there when it is whole, so a crash in the middle leaves nothing that looks finished.

import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { runToEnd } from './run-to-end.ts'
import type { RuntimePlace } from './runtime-place.ts'
import { StartRefused } from './start-refused.ts'

export const DATABASE = 'holdfast'
export const DATABASE_USER = 'holdfast'
const NEEDED_FILES = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal']
const TOOL_LIMIT_MS = 180_000

/**
 * Makes the cluster if there is none. Throws StartRefused when another version made the one that is
 * there, or when it is not whole: nobody but its owner can know whether its data is still wanted.
 */
export async function ensureCluster(place: RuntimePlace, say: (line: string) => void) {
  if (isThere(place.clusterFolder)) {
    refuseBroken(place.clusterFolder)
    return refuseOtherVersion(place)
  }
  say('Preparing an empty PostgreSQL database (once, a few seconds) ...')
  removeUnfinished(place.clusterFolder)
  const unfinished = `${place.clusterFolder}.new-${process.pid}`
  mkdirSync(unfinished, { mode: 0o700 })
  if (place.account !== null) chownSync(unfinished, place.account.uid, place.account.gid)
  await runToEnd({
    command: place.binaries.initdb,
    args: [
      ...['-D', unfinished, '-U', DATABASE_USER, '--encoding=UTF8'],
      // Strings compare by code point, the same on every machine.
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      // Whoever may enter the socket's folder is trusted; nobody else can reach the server.
      ...['--auth-local=trust', '--auth-host=reject'],
    ],
    account: place.account,
    limitMs: TOOL_LIMIT_MS,
  })
  await runToEnd({
    command: place.binaries.postgres,
    args: ['--single', '-D', unfinished, 'postgres'],
    input: `create database ${DATABASE}\n`,
    account: place.account,
    limitMs: TOOL_LIMIT_MS,
  })
  renameSync(unfinished, place.clusterFolder)
}

/** An empty folder, perhaps made for us, is as good as none. */
function isThere(clusterFolder: string): boolean {
  const found = statSync(clusterFolder, { throwIfNoEntry: false })
  if (found === undefined) return false
  return !found.isDirectory() || readdirSync(clusterFolder).length > 0
}

function refuseBroken(clusterFolder: string): void {
  const missing = NEEDED_FILES.find((name) => !existsSync(path.join(clusterFolder, name)))
  if (missing === undefined) return
  throw new StartRefused([
    `The database in ${clusterFolder} is not whole: it has no ${missing}.`,
    'Nothing was changed. If its data is wanted, bring the missing files back from a backup; if',
    `not, move ${clusterFolder} away and start again with an empty database.`,
  ])
}

function refuseOtherVersion({ clusterFolder, binaries }: RuntimePlace): void {
  const found = readFileSync(path.join(clusterFolder, 'PG_VERSION'), 'utf8').trim()
  const ours = binaries.version.split('.')[0]
  if (found === ours) return
  throw new StartRefused([
    `The database in ${clusterFolder} was made by PostgreSQL ${found}; this one is ${ours}.`,
    'Nothing was changed. Use the matching version of Holdfast, or another HOLDFAST_DATA.',
  ])
}

function removeUnfinished(clusterFolder: string): void {
  const parent = path.dirname(clusterFolder)
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${path.basename(clusterFolder)}.new-`)) continue
    rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}
