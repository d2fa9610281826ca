// Judges the machine and the settings the service would run with.

import { type Finding, finding, mend, note } from './finding.ts'

export interface MachineFacts {
  /** As 20.19.0. */
  readonly nodeVersion: string
  readonly memoryBytes: number
  /** null: the system does not tell. */
  readonly openFilesMax: number | null
  readonly dataFolderFreeBytes: number | null
  /** How late a timer was, at the most of several. */
  readonly timerDelayMs: number
}

const GIB = 2 ** 30
const MEMORY_MIN = GIB
const DISK_MIN = 2 * GIB
const OPEN_FILES_MIN = 8_192
const TIMER_DELAY_MAX_MS = 100

export function judgeMachine(facts: MachineFacts): Finding[] {
  const [major = 0, minor = 0] = facts.nodeVersion.split('.').map(Number)
  const isKnown = major > 20 || (major === 20 && minor >= 19)
  return [
    finding('machine', isKnown, `Node ${facts.nodeVersion}`, {
      state: 'mend',
      advice: 'Holdfast needs Node 20.19 or newer.',
    }),
    finding('machine', facts.memoryBytes >= MEMORY_MIN, `${gib(facts.memoryBytes)} of memory`, {
      state: 'mend',
      advice: 'A busy sale keeps holds and requests in memory: give it 1 GiB at least.',
    }),
    judgeOpenFiles(facts.openFilesMax),
    judgeDisk(facts.dataFolderFreeBytes),
    finding(
      'machine',
      facts.timerDelayMs <= TIMER_DELAY_MAX_MS,
      `timers at most ${Math.round(facts.timerDelayMs)} ms late`,
      { state: 'note', advice: 'The machine is busy with something else; a sale would wait too.' },
    ),
  ]
}

function judgeOpenFiles(max: number | null): Finding {
  if (max === null) return note('machine', 'the limit of open files is not told', 'See ulimit -n.')
  return finding('machine', max >= OPEN_FILES_MIN, `${max} open files allowed`, {
    state: 'mend',
    advice: `Every buyer's connection is one: raise it (ulimit -n ${OPEN_FILES_MIN * 8}).`,
  })
}

function judgeDisk(free: number | null): Finding {
  if (free === null) return note('machine', 'the data folder is not there yet', 'serve makes it.')
  return finding('machine', free >= DISK_MIN, `${gib(free)} free for the data folder`, {
    state: 'mend',
    advice: 'A full disk stops the embedded database, and every sale with it: make room.',
  })
}

export function judgeCallers(
  { jwtSecret, jwksUrl, host }: { jwtSecret: string | null; jwksUrl: string | null; host: string },
  jwksAnswers: boolean | null,
): Finding[] {
  const findings: Finding[] = []
  if (jwksUrl !== null) {
    findings.push(
      finding('callers', jwksAnswers === true, 'the keys at JWKS_URL', {
        state: 'mend',
        advice: 'They cannot be read, so nobody can sign in: check the address and the network.',
      }),
    )
  }
  if (jwtSecret !== null && new Set(jwtSecret).size < 10) {
    const advice = 'It can be guessed, and whoever does is an operator: make a random one.'
    findings.push(mend('callers', 'JWT_SECRET is long but repeats itself', advice))
  } else if (jwtSecret !== null) {
    findings.push(finding('callers', true, 'JWT_SECRET', { state: 'note', advice: '' }))
  }
  if (jwtSecret === null && jwksUrl === null) {
    const advice = 'Good for this machine alone: set JWT_SECRET or JWKS_URL before others come.'
    findings.push(note('callers', 'the development secret of the data folder', advice))
  }
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    const advice = 'Others can reach it: keep a proxy with TLS in front.'
    findings.push(note('callers', `HOST ${host}`, advice))
  }
  return findings
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`
}
