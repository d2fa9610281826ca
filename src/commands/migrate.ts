// `holdfast migrate`: the schema of this version, applied before the service starts.

import { migrateDatabase, migrationStatus } from '../compose-commands.ts'
import type { Command } from './command.ts'
import { readOptions } from './read-options.ts'
import { openStorage } from './storage.ts'

const HELP = `Usage: holdfast migrate [--status] [--json]

Brings the database to the schema of this version and tells which migrations were applied. The
service does the same when it starts; several may do so at once. A database that a newer version
has changed is left alone. There is no way back but a backup from before.

Options:
  --status   tell what is applied and what is not, change nothing; exits with 3 when something
             is missing
  --json     the result as JSON

Examples:
  holdfast migrate --status
  DATABASE_URL=postgres://holdfast@db/holdfast holdfast migrate

Environment: DATABASE_URL, or HOLDFAST_DATA for the embedded database.

Exit codes: 0 the schema is this version's, 1 failed, 2 wrong usage, 3 --status found some missing.`

export const migrate: Command = {
  name: 'migrate',
  summary: "bring the database to this version's schema",
  help: HELP,
  async run(config, argv) {
    const usage = { options: { status: 'flag', json: 'flag' }, help: HELP } as const
    const { options } = readOptions(argv, usage)
    const storage = await openStorage(config, { mayCreate: !options.status })
    try {
      return await (options.status ? showStatus : apply)(storage.databaseUrl, options.json)
    } finally {
      await storage.stop()
    }
  },
}

async function apply(databaseUrl: string, json: boolean): Promise<number> {
  const applied = await migrateDatabase(databaseUrl)
  if (json) console.log(JSON.stringify({ applied }, null, 2))
  else if (applied.length === 0) console.log('The schema is up to date: nothing was to be done.')
  else {
    for (const name of applied) console.log(`applied  ${name}`)
    console.log(`The schema is up to date now: ${applied.length} migrations were applied.`)
  }
  return 0
}

async function showStatus(databaseUrl: string, json: boolean): Promise<number> {
  const status = await migrationStatus(databaseUrl)
  if (json) console.log(JSON.stringify(status, null, 2))
  else {
    for (const name of status.applied) console.log(`applied  ${name}`)
    for (const name of status.missing) console.log(`missing  ${name}`)
    console.log(
      status.missing.length === 0
        ? 'The schema is up to date.'
        : `${status.missing.length} migrations are missing: holdfast migrate applies them.`,
    )
  }
  return status.missing.length === 0 ? 0 : 3
}
