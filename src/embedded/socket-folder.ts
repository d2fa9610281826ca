// Unix sockets live in a short folder of their own: the address of a socket may be 107 bytes long
// (103 on macOS), which a path inside a project easily exceeds. The folder is closed to everybody
// but the account that serves there: entering it is the permission to use the servers.

import { chmodSync, chownSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SystemAccount } from './system-account.ts'

const PARENT_MAX_BYTES = 60

/** Makes a new one, owned by the account (null: by us). */
export function makeSocketFolder(account: SystemAccount | null): string {
  const usual = tmpdir()
  const isPlain = /^[\w./-]+$/.test(usual) && Buffer.byteLength(usual) <= PARENT_MAX_BYTES
  const folder = mkdtempSync(path.join(isPlain ? usual : '/tmp', 'holdfast-'))
  chmodSync(folder, 0o700)
  if (account !== null) chownSync(folder, account.uid, account.gid)
  return folder
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
