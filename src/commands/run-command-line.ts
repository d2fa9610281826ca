// Finds the command, reads the environment, runs it, and answers with its exit code: 0 done,
// 1 failed, 2 wrong usage, 3 differences found.

import { type Environment, readConfig } from '../config.ts'
import { audit } from './audit.ts'
import { showCheckout } from './checkout-show.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { findCommand } from './find-command.ts'
import { importFile } from './import.ts'
import { inWords } from './in-words.ts'
import { migrate } from './migrate.ts'
import { seed } from './seed.ts'
import { serveCommand } from './serve-command.ts'
import { showSku } from './sku-show.ts'
import { token } from './token.ts'
import { WrongUsage } from './wrong-usage.ts'

const COMMANDS: readonly Command[] = [
  serveCommand,
  migrate,
  seed,
  importFile,
  token,
  audit,
  showSku,
  showCheckout,
  doctor,
]

const NAME_WIDTH = Math.max(...COMMANDS.map(({ name }) => name.length))

const HELP = `Usage: holdfast <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}   ${summary}`).join('\n')}

Each command says more with --help. From a clone: npm run -s holdfast -- <command> [options]

A command works on DATABASE_URL, or else on the embedded database of the data folder: beside the
service when one runs there, otherwise started for the command and stopped after it.

Examples:
  holdfast serve
  holdfast import catalogue.csv.gz --rejects rejected.csv
  holdfast token --user u1 --role ops
  holdfast doctor --units 10000

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found.

Environment (the README explains each):
  HOST, PORT, HOLDFAST_DATA, HOLDFAST_DEMO, LOG_LEVEL
  DATABASE_URL, REDIS_URL                              embedded ones when not set
  STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_URL
  JWT_SECRET or JWKS_URL
  HOLD_TTL_SECONDS, CART_TTL_DAYS, CART_LINES_MAX, QUANTITY_MAX
  RATE_LIMIT_PER_MINUTE, GUEST_SESSION_LIMIT_PER_MINUTE, TRUSTED_PROXIES, CORS_ORIGINS
  ACCESS_LOG, ACCESS_LOG_SLOW_MS
  OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER_ARG`

/** Resolves with the exit code. `environment` is the process's own unless a test says otherwise. */
export async function runCommandLine(
  words: readonly string[],
  environment?: Environment,
): Promise<number> {
  const found = findCommand(COMMANDS, words)
  switch (found.kind) {
    case 'help':
      console.log(found.command?.help ?? HELP)
      return 0
    case 'nothing':
      console.error(HELP)
      return 2
    case 'unknown': {
      const meant = found.nearest === null ? '' : ` Did you mean "${found.nearest}"?`
      console.error(`There is no command ${JSON.stringify(found.typed)}.${meant}`)
      console.error('holdfast --help lists all commands.')
      return 2
    }
    case 'command':
      return run(found.command, found.argv, environment)
  }
}

async function run(
  command: Command,
  argv: readonly string[],
  environment: Environment | undefined,
): Promise<number> {
  const read = readConfig(environment)
  if (!read.ok) {
    if (command.wrongSettings) return command.wrongSettings(read.problems, argv)
    console.error('These settings need mending:')
    for (const problem of read.problems) console.error(`  - ${problem}`)
    return 2
  }
  try {
    return await command.run(read.config, argv)
  } catch (error) {
    console.error(error instanceof WrongUsage ? error.message : inWords(error, read.config))
    return error instanceof WrongUsage ? 2 : 1
  }
}
