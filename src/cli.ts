#!/usr/bin/env node

// The command line. A command is a function from its arguments to an exit code: 0 done, 1 failed,
// 2 wrong usage, 3 differences found.

import { auditCommand } from './commands/audit.ts'
import { importCommand } from './commands/import.ts'
import { inWords } from './commands/in-words.ts'
import { serve } from './commands/serve.ts'
import { tokenCommand } from './commands/token.ts'
import { WrongUsage } from './commands/wrong-usage.ts'
import { type ConfigRead, readConfig } from './config.ts'

const HELP = `Usage: holdfast <command> [options]

  serve   start the service and stay until told to stop (what npm start does)
  audit   check every promise that storage and the gateway's books can show
  token   print a token for a user: holdfast token --user u1 [--role ops] [--seller s1]

Each command has its own --help. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found.
Without a running service, a command starts the embedded storage of the data folder by itself.

Environment: HOST, PORT, HOLDFAST_DATA, HOLDFAST_DEMO, DATABASE_URL, REDIS_URL, STRIPE_SECRET_KEY,
STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_URL, JWT_SECRET, JWKS_URL,
HOLD_TTL_SECONDS, CART_TTL_DAYS, CART_LINES_MAX, QUANTITY_MAX, LOG_LEVEL. The README explains them.`

type Command = (
  config: Extract<ConfigRead, { ok: true }>['config'],
  argv: readonly string[],
) => Promise<number>

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: (config) => serve(config, (line) => console.log(line)),
  audit: auditCommand,
  token: tokenCommand,
  import: importCommand,
}

async function main([name, ...argv]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(HELP)
    return 0
  }
  const command = Object.entries(COMMANDS).find(([each]) => each === name)?.[1]
  if (command === undefined) {
    console.error(name === undefined ? HELP : `There is no command "${name}".\n\n${HELP}`)
    return 2
  }
  const read = readConfig()
  if (!read.ok) {
    console.error('These settings need mending:')
    for (const problem of read.problems) console.error(`  - ${problem}`)
    return 2
  }
  try {
    return await command(read.config, argv)
  } catch (error) {
    console.error(error instanceof WrongUsage ? error.message : inWords(error))
    return error instanceof WrongUsage ? 2 : 1
  }
}

// A connection that a failed command left behind, healing itself, must not keep the process.
process.exitCode = await main(process.argv.slice(2))
if (process.exitCode === 1) process.exit()
