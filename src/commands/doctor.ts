// `holdfast doctor`: is everything there that a sale needs?

import {
  databaseFacts,
  migrationStatus,
  redisFactsOf,
  serviceConnections,
} from '../compose-commands.ts'
import type { Config } from '../config.ts'
import { type Finding, finding, mend, note } from '../doctor/finding.ts'
import {
  DEFAULT_CALLS_PER_SECOND,
  judgeGateway,
  judgeKey,
  judgePacing,
  judgeWebhookSecret,
} from '../doctor/judge-gateway.ts'
import { judgeCallers, judgeMachine } from '../doctor/judge-machine.ts'
import { judgeDatabase, judgeRedis } from '../doctor/judge-storage.ts'
import { answers, gatewayFacts, machineFacts } from '../doctor/look-around.ts'
import { runningService } from '../embedded/runtime-file.ts'
import type { Command } from './command.ts'
import { inWords } from './in-words.ts'
import { readOptions } from './read-options.ts'
import { columnsText } from './table-text.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast doctor [--units N] [--rate N] [--json]

Looks at everything a sale rests on, with the settings the service would have, and says of each part
whether it is as it should be (ok), worth knowing (note) or would hurt a sale (mend), with what it
means and how to mend it. Changes nothing and starts nothing; what is embedded is looked at when a
service runs.

Options:
  --units N   the units of the coming sale: can the gateway take their payments while they are held?
  --rate N    calls a second the gateway allows this account (default ${DEFAULT_CALLS_PER_SECOND})
  --json      the findings as JSON

Examples:
  holdfast doctor
  holdfast doctor --units 10000 --rate 100

Environment: all of it, as for serve.

Exit codes: 0 nothing would hurt, 1 something would, 2 wrong usage.`

const TIMEOUT_MS = 3_000
const NUMBER_MAX = 1_000_000_000

export const doctor: Command = {
  name: 'doctor',
  summary: 'look whether everything is there that a sale needs',
  help: HELP,
  async run(config, argv) {
    const kinds = { units: 'value', rate: 'value', json: 'flag' } as const
    const { options } = readOptions(argv, { options: kinds, help: HELP })
    const units = numberOf('--units', options.units)
    const rate = numberOf('--rate', options.rate) ?? DEFAULT_CALLS_PER_SECOND
    const findings = [
      ...(await examineDatabase(config)),
      ...(await examineRedis(config)),
      ...(await examineGateway(config)),
      ...(units === null
        ? []
        : [judgePacing({ units, callsPerSecond: rate, holdTtlMs: config.holdTtlMs })]),
      ...judgeCallers(config, await jwksAnswers(config)),
      ...judgeMachine(await machineFacts(config.dataDir)),
    ]
    return tell(findings, options.json)
  },
  wrongSettings: (problems, argv) =>
    tell(
      problems.map((problem) => mend('machine', 'a setting', problem)),
      argv.includes('--json'),
    ),
}

async function jwksAnswers({ jwksUrl }: Config): Promise<boolean | null> {
  return jwksUrl === null ? null : answers(jwksUrl, TIMEOUT_MS)
}

function numberOf(name: string, text: string | null): number | null {
  if (text === null) return null
  if (/^[1-9]\d*$/.test(text) && Number(text) <= NUMBER_MAX) return Number(text)
  throw new WrongUsage(`${name} takes a whole number from 1 to ${NUMBER_MAX}.`, HELP)
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  const url = config.databaseUrl ?? runningService(config.dataDir)?.postgres?.address
  if (url === undefined) {
    return [note('database', 'embedded, not running', 'The service brings it along and starts it.')]
  }
  try {
    const facts = await databaseFacts(url, TIMEOUT_MS)
    const findings = judgeDatabase(facts, serviceConnections(), Date.now())
    const { missing } = await migrationStatus(url)
    const schema = finding('database', missing.length === 0, 'the schema', {
      state: 'note',
      advice: `${missing.length} migrations are missing: serve and migrate apply them.`,
    })
    return [...findings, schema]
  } catch (error) {
    return [mend('database', 'it cannot be used', inWords(error, config))]
  }
}

async function examineRedis(config: Config): Promise<Finding[]> {
  const running = runningService(config.dataDir)
  const url = config.redisUrl ?? running?.redis?.address
  if (url === undefined) {
    const advice =
      'A redis-server on PATH is started by the service; without one carts do not last.'
    return [note('redis', running === null ? 'embedded, not running' : 'none', advice)]
  }
  try {
    return judgeRedis(await redisFactsOf(url, TIMEOUT_MS), Date.now())
  } catch (error) {
    return [
      mend(
        'redis',
        'it does not answer',
        `There are no carts meanwhile. ${inWords(error, config)}`,
      ),
    ]
  }
}

async function examineGateway({ stripe }: Config): Promise<Finding[]> {
  const { secretKey, apiUrl, webhookSecrets } = stripe
  const isSimulator = secretKey === null
  const findings = [judgeKey(secretKey), judgeWebhookSecret(webhookSecrets.length, isSimulator)]
  if (secretKey === null) return findings
  return [...findings, ...judgeGateway(await gatewayFacts(apiUrl, secretKey, TIMEOUT_MS))]
}

function tell(findings: readonly Finding[], json: boolean): number {
  const bad = findings.filter(({ state }) => state === 'mend')
  if (json) console.log(JSON.stringify({ ok: bad.length === 0, findings }, null, 2))
  else {
    const rows = findings.map(({ state, part, seen }) => [state, part, seen])
    const lines = columnsText(rows, '').split('\n')
    for (const [at, line] of lines.entries()) {
      const { state, advice } = findings[at] ?? { state: 'ok' as const, advice: '' }
      console.log(`${coloured(state, line)}${advice === '' ? '' : `\n      ${advice}`}`)
    }
    const verdict =
      bad.length === 0 ? 'Nothing here would hurt a sale.' : `${bad.length} to mend before a sale.`
    console.log(`\n${verdict}`)
  }
  return bad.length === 0 ? 0 : 1
}

const COLOURS = { ok: 32, note: 33, mend: 31 } as const

/** Node's own word on colours heeds NO_COLOR. */
function coloured(state: Finding['state'], line: string): string {
  if (!process.stdout.isTTY || !process.stdout.hasColors()) return line
  return `\u001b[${COLOURS[state]}m${line.slice(0, 4)}\u001b[0m${line.slice(4)}`
}
