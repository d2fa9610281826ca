// One service per data folder. Each service writes its own claim, then looks for others: of two
// that start together at least one sees the other, so two can never both go on, however they are
// timed. The claim of a service that was killed is recognised by its dead process and removed.

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { makeFolder } from './make-folder.ts'
import { isRunning, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.ts'
import { StartRefused } from './start-refused.ts'

const ATTEMPTS_MAX = 3
const CLAIM_SUFFIX = '.claim'

export interface DataFolderClaim {
  readonly owner: ProcessIdentity
  release(): void
}

/** Takes the folder for this process; throws StartRefused while another service has it. */
export async function claimDataFolder(dataDir: string): Promise<DataFolderClaim> {
  for (let attempt = 1; ; attempt += 1) {
    const claim = writeClaim(dataDir)
    const other = livingClaims(dataDir, claim.file)[0]
    if (other === undefined) {
      return { owner: claim.owner, release: () => rmSync(claim.file, { force: true }) }
    }
    rmSync(claim.file, { force: true })
    if (attempt === ATTEMPTS_MAX) throw alreadyRunning(dataDir, other.pid)
    // Two that start in the same moment both withdraw; unequal pauses let one of them win.
    await pause(20 + Math.random() * 200)
  }
}

/** The service that has the folder now, or null. */
export function ownerOfDataFolder(dataDir: string): ProcessIdentity | null {
  return livingClaims(dataDir, '')[0] ?? null
}

function claimsFolder(dataDir: string): string {
  return path.join(dataDir, 'claims')
}

function writeClaim(dataDir: string): { owner: ProcessIdentity; file: string } {
  const owner = ownIdentity()
  const folder = claimsFolder(dataDir)
  makeFolder(folder)
  const name = path.join(folder, `${process.pid}-${randomBytes(4).toString('hex')}`)
  // Renamed into place, so that nobody reads half a claim and takes it for a dead one.
  writeFileSync(`${name}.new`, JSON.stringify(owner), { flag: 'wx' })
  renameSync(`${name}.new`, `${name}${CLAIM_SUFFIX}`)
  return { owner, file: `${name}${CLAIM_SUFFIX}` }
}

function livingClaims(dataDir: string, ownFile: string): ProcessIdentity[] {
  const living: ProcessIdentity[] = []
  for (const file of claimFiles(claimsFolder(dataDir))) {
    if (file === ownFile) continue
    const claimant = readClaim(file)
    if (claimant !== null && isRunning(claimant)) living.push(claimant)
    else if (ownFile !== '') rmSync(file, { force: true })
  }
  return living
}

function claimFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(CLAIM_SUFFIX))
    return names.map((name) => path.join(folder, name))
  } catch {
    return []
  }
}

function readClaim(file: string): ProcessIdentity | null {
  try {
    return parseIdentity(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

function alreadyRunning(dataDir: string, pid: number): StartRefused {
  return new StartRefused([
    `Holdfast is already running on this data folder: ${dataDir} (process ${pid}).`,
    'Two services on one folder would damage it, so this one does not start.',
    `Stop the other one (kill ${pid}), or give this one its own folder: HOLDFAST_DATA=<folder>.`,
  ])
}
