// The README's commands, as a newcomer runs them: npm builds and starts, the printed lines buy, a
// signal to npm ends everything it started, and a killed service finds its money again. One file,
// because each builds.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { until } from '../support/until.ts'
import { cloneOfProject, newcomersEnvironment } from './clone-of-project.ts'
import { childrenOf, isAlive, runtimeOf } from './running-children.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const STARTED_WITHIN_MS = 120_000
const GONE_WITHIN_MS = 10_000

interface Started {
  readonly npm: ChildProcess
  readonly dataDir: string
  readonly lines: readonly string[]
  /** The service's own process and its children. */
  readonly pids: readonly number[]
}

if (hasCommand('curl') && hasCommand('bash')) {
  test('npm start prints lines that buy, and a signal to npm ends every child', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-start-'))
    const started = await startByNpm(dataDir)
    const last = execFileSync('bash', ['-ec', purchase(started.lines)], { encoding: 'utf8' })
    const [order] = (JSON.parse(last.trim().split('\n').at(-1) ?? '') as Orders).data
    assert.equal(order?.status, 'confirmed')
    await until('the order is captured', () => captured(started.lines), 5_000)
    started.npm.kill('SIGTERM')
    await until('every child is gone', () => !started.pids.some(isAlive), GONE_WITHIN_MS)
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('npm start in a project under a name with blanks keeps its data inside it', async () => {
    const parent = mkdtempSync(path.join(tmpdir(), 'holdfast-test-clone-'))
    const project = cloneOfProject(path.join(parent, 'Klon für Rosen & Bücher'))
    const started = await startByNpm(path.join(project, '.holdfast'), project)
    await until('a purchase is captured', () => bought(started.lines), 10_000)
    started.npm.kill('SIGTERM')
    await until('every child is gone', () => !started.pids.some(isAlive), GONE_WITHIN_MS)
    rmSync(parent, { recursive: true, force: true })
  })

  test('children that are killed are started again, and selling goes on', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-start-'))
    const started = await startByNpm(dataDir)
    for (const pid of started.pids.slice(1)) process.kill(pid, 'SIGKILL')
    await until('a purchase is captured again', () => bought(started.lines), 60_000)
    const pids = [...started.pids, ...pidsOf(dataDir)]
    started.npm.kill('SIGTERM')
    await until('every child is gone', () => !pids.some(isAlive), GONE_WITHIN_MS)
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('a service that was killed finds its orders again, and its audit is clean', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-start-'))
    const first = await startByNpm(dataDir)
    execFileSync('bash', ['-ec', purchase(first.lines)])
    process.kill(ownerOf(dataDir), 'SIGKILL')
    await once(first.npm, 'close')
    const second = await startByNpm(dataDir)
    const [report, code] = audit(dataDir)
    assert.equal(code, 0, report)
    second.npm.kill('SIGTERM')
    const pids = [...first.pids, ...second.pids]
    await until('every child is gone', () => !pids.some(isAlive), GONE_WITHIN_MS)
    rmSync(dataDir, { recursive: true, force: true })
  })
} else {
  skipTest('npm start as a newcomer runs it', 'this machine has no curl or no bash')
}

test.run()

interface Orders {
  readonly data: readonly {
    readonly status: string
    readonly payment: { readonly status: string }
  }[]
}

async function startByNpm(dataDir: string, project: string | null = null): Promise<Started> {
  const env: NodeJS.ProcessEnv = { ...newcomersEnvironment(dataDir), PORT: '0' }
  if (project !== null) delete env.HOLDFAST_DATA
  const npm = spawn('npm', ['start'], {
    cwd: project ?? PROJECT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  process.once('exit', () => endGroup(npm.pid))
  let said = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await until(
    'the service says how to buy',
    () => {
      assert.equal(npm.exitCode, null, said)
      return said.includes('/v1/orders')
    },
    STARTED_WITHIN_MS,
  )
  return { npm, dataDir, lines: said.split('\n'), pids: pidsOf(dataDir) }
}

function purchase(lines: readonly string[]): string {
  const commands = lines.filter((line) => /^(TOKEN=|CHECKOUT=|curl )/.test(line))
  assert.equal(commands.length, 5, lines.join('\n'))
  return commands.join('\n')
}

function captured(lines: readonly string[]): boolean {
  // Another purchase, whose first line of orders is read until the capture has followed.
  const answer = execFileSync('bash', ['-ec', purchase(lines)], { encoding: 'utf8' })
  const { data } = JSON.parse(answer.trim().split('\n').at(-1) ?? '') as Orders
  return data[0]?.payment.status === 'captured'
}

/** While something is away a line of the purchase may fail; then nothing was bought. */
function bought(lines: readonly string[]): boolean {
  try {
    return captured(lines)
  } catch {
    return false
  }
}

function audit(dataDir: string): [report: string, code: number] {
  const cli = path.join(PROJECT, 'dist/src/cli.js')
  try {
    const env = newcomersEnvironment(dataDir)
    return [execFileSync(process.execPath, [cli, 'audit'], { encoding: 'utf8', env }), 0]
  } catch (error) {
    const { stdout, status } = error as { stdout: string; status: number }
    return [stdout, status]
  }
}

/** The service and its children. */
function pidsOf(dataDir: string): number[] {
  const children = childrenOf(dataDir)
  assert.ok(children.length >= 2, 'the service has children')
  return [ownerOf(dataDir), ...children]
}

function ownerOf(dataDir: string): number {
  const owner = runtimeOf(dataDir)?.owner.pid
  assert.ok(owner, 'the service has its data folder')
  return owner
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function hasCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`])
    return true
  } catch {
    return false
  }
}
