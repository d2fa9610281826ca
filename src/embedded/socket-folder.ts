// Unix sockets live in a short folder of their own: the address of a socket may be 107 bytes long
// (103 on macOS), which a path inside a project easily exceeds. The folder is closed to everybody
// but the account that serves there: entering it is the permission to use the servers.

import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  mkdtempSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StartRefused } from './start-refused.ts'
import { canAccess, type SystemAccount } from './system-account.ts'

const PARENT_MAX_BYTES = 60

/** Makes a new one, owned by the account (null: by us); throws StartRefused without a place. */
export function makeSocketFolder(account: SystemAccount | null): string {
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((each) => isFit(each, account))
  if (parent === undefined) {
    throw new StartRefused([
      'There is no temporary folder for the sockets of PostgreSQL and Redis.',
      `Set TMPDIR to a folder with a name of at most ${PARENT_MAX_BYTES} plain characters that`,
      `${account === null ? 'this user' : `the user ${account.name}`} can enter.`,
    ])
  }
  const folder = mkdtempSync(path.join(parent, 'holdfast-'))
  chmodSync(folder, 0o700)
  if (account !== null) chownSync(folder, account.uid, account.gid)
  return folder
}

function isFit(parent: string, account: SystemAccount | null): boolean {
  if (!/^\/[\w./-]+$/.test(parent) || Buffer.byteLength(parent) > PARENT_MAX_BYTES) return false
  try {
    accessSync(parent, constants.W_OK | constants.X_OK)
  } catch {
    return false
  }
  return account === null || canAccess(account, [['x', parent]])
}

/** Whether a folder noted earlier is still a private one that the account (null: we) can use. */
export function isOurSocketFolder(folder: string, account: SystemAccount | null): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined || !found.isDirectory() || (found.mode & 0o077) !== 0) return false
  const ourUid = process.getuid?.() ?? 0
  // Root enters everywhere; anybody else only where they are the owner.
  return account === null ? ourUid === 0 || found.uid === ourUid : found.uid === account.uid
}

/** Removes it with whatever a killed server left in it. */
export function removeSocketFolder(folder: string): void {
  if (!path.basename(folder).startsWith('holdfast-')) return
  rmSync(folder, { recursive: true, force: true })
}
