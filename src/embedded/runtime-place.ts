// Where PostgreSQL lives. Usually in the data folder, from the binaries in node_modules. Started by
// root it runs as another account, and a clone under a private folder (/root, a 0700 home) is
// closed to that account; data and binaries then live in /var/lib/holdfast, which is said
// and remembered.

import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolder } from './make-folder.ts'
import {
  copyBinaries,
  installedPostgres,
  type PostgresBinaries,
  restoreLinks,
} from './postgres-binaries.ts'
import { StartRefused } from './start-refused.ts'
import { accountForPostgres, canAccess, type SystemAccount } from './system-account.ts'

const SYSTEM_FOLDER = '/var/lib/holdfast'

export interface RuntimePlace {
  /** Who PostgreSQL runs as; null for ourselves. */
  readonly account: SystemAccount | null
  /** PostgreSQL's data directory, made or still to be made. */
  readonly clusterFolder: string
  readonly binaries: PostgresBinaries
}

/** Decides and prepares where PostgreSQL runs; throws StartRefused when nowhere is possible. */
export function preparePlace(dataDir: string, say: (line: string) => void): RuntimePlace {
  const remembered = readRemembered(dataDir)
  const account = accountForPostgres(path.join(remembered ?? dataDir, 'postgres'))
  const parent = remembered ?? clusterParent(dataDir, account, say)
  if (remembered !== null) say(`PostgreSQL keeps its data in ${remembered}.`)
  return {
    account,
    clusterFolder: path.join(parent, 'postgres'),
    binaries: usableBinaries(account, parent, say),
  }
}

function clusterParent(
  dataDir: string,
  account: SystemAccount | null,
  say: (line: string) => void,
): string {
  if (account === null || canEnter(account, dataDir)) return dataDir
  if (existsSync(path.join(dataDir, 'postgres'))) {
    throw new StartRefused([
      `The database in ${dataDir} runs as user ${account.name}, who can no longer enter there.`,
      `Let that user through (chmod o+x on the folder and each folder above it), or move the data`,
      'to another place and name it with HOLDFAST_DATA.',
    ])
  }
  const parent = path.join(systemFolder(), `data-${randomBytes(4).toString('hex')}`)
  makeOpenFolder(parent)
  writeFileSync(rememberedFile(dataDir), `${JSON.stringify({ folder: parent })}\n`)
  say(`User ${account.name}, as whom PostgreSQL runs, cannot enter ${dataDir}.`)
  say(`PostgreSQL keeps its data in ${parent} instead (noted in runtime-place.json).`)
  return parent
}

function canEnter(account: SystemAccount, dataDir: string): boolean {
  if (canAccess(account, [['x', dataDir]])) return true
  const { uid, gid, mode } = statSync(dataDir)
  const isPrivateToRoot = uid === 0 && gid === 0 && (mode & 0o077) === 0
  if (!isPrivateToRoot || !canAccess(account, [['x', path.dirname(dataDir)]])) return false
  // Our own folder is all that is in the way: that account's group may pass through, not look.
  chownSync(dataDir, uid, account.gid)
  chmodSync(dataDir, (mode & 0o700) | 0o010)
  return canAccess(account, [['x', dataDir]])
}

function usableBinaries(
  account: SystemAccount | null,
  parent: string,
  say: (line: string) => void,
): PostgresBinaries {
  const installed = installedPostgres()
  if (restoreLinks(installed) && canRun(account, installed)) return installed
  const home = account === null ? parent : systemFolder()
  const copy = copyOrRefuse(installed, home)
  say(`PostgreSQL runs from a copy of its binaries in ${path.dirname(copy.nativeFolder)}.`)
  return copy
}

function copyOrRefuse(installed: PostgresBinaries, home: string): PostgresBinaries {
  try {
    return copyBinaries(installed, home)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartRefused(
      [
        `PostgreSQL's binaries cannot be used where npm put them, nor copied: ${why}`,
        'Install the project as the user who starts it, or set DATABASE_URL to a running server.',
      ],
      { cause },
    )
  }
}

function canRun(account: SystemAccount | null, binaries: PostgresBinaries): boolean {
  const { nativeFolder, initdb, postgres } = binaries
  return canAccess(account, [
    ['x', initdb],
    ['x', postgres],
    ['r', path.join(nativeFolder, 'lib')],
    ['r', path.join(nativeFolder, 'share')],
    ['r', path.join(nativeFolder, 'pg-symlinks.json')],
  ])
}

function systemFolder(): string {
  const project = createHash('sha256').update(projectFolder()).digest('hex').slice(0, 16)
  const folder = path.join(SYSTEM_FOLDER, project)
  makeOpenFolder(SYSTEM_FOLDER)
  makeOpenFolder(folder)
  return folder
}

// Compiled or not, the project is the nearest folder above this file that has a package.json.
function projectFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder)) {
    folder = path.dirname(folder)
  }
  return folder
}

function makeOpenFolder(folder: string): void {
  makeFolder(folder)
  // mkdir obeys the umask, which may shut the account out again.
  chmodSync(folder, 0o755)
}

function rememberedFile(dataDir: string): string {
  return path.join(dataDir, 'runtime-place.json')
}

function readRemembered(dataDir: string): string | null {
  const file = rememberedFile(dataDir)
  if (!existsSync(file)) return null
  const folder = folderIn(readFileSync(file, 'utf8'))
  if (folder === null) {
    // An empty database in place of the one it named would look like lost orders.
    throw new StartRefused([
      `${file} should say where the database lives, but it cannot be read as that.`,
      `A folder in ${SYSTEM_FOLDER} may hold it: write {"folder":"<that folder>"} into the`,
      'file, or remove the file to start with an empty database.',
    ])
  }
  if (existsSync(folder)) return folder
  throw new StartRefused([
    `${file} says that the database lives in ${folder}, but that folder is gone.`,
    `Bring it back, or remove ${file} to start with an empty database.`,
  ])
}

function folderIn(text: string): string | null {
  try {
    const { folder } = JSON.parse(text) as { folder?: unknown }
    return typeof folder === 'string' && path.isAbsolute(folder) ? folder : null
  } catch {
    return null
  }
}
