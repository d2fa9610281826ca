// `holdfast seed`: something to sell, for trying the shop out.

import { NeedsOperator } from '../../actors/domain/failures.ts'
import { OPENING_STOCK } from '../catalogue/import-catalogue.ts'
import { sampleProducts } from '../catalogue/seed-sample-catalogue.ts'
import { composeImport, migrateDatabase } from '../compose-commands.ts'
import type { Command } from './command.ts'
import { readOptions } from './read-options.ts'
import { openStorage } from './storage.ts'

const HELP = `Usage: holdfast seed [--again] [--json]

Puts the sample catalogue into an empty shop, every product in stock. A shop that has products is
refused: samples must not be on sale beside what is real.

Options:
  --again   also into a shop that has products: sample products get their names and prices back,
            missing ones return; stock is received only by those that never had any
  --json    what was done, as JSON

Examples:
  holdfast seed
  DATABASE_URL=postgres://localhost/trial holdfast seed

Environment: DATABASE_URL, or HOLDFAST_DATA for the embedded database.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`

export const seed: Command = {
  name: 'seed',
  summary: 'put the sample catalogue into an empty shop',
  help: HELP,
  async run(config, argv) {
    const usage = { options: { again: 'flag', json: 'flag' }, help: HELP } as const
    const { options } = readOptions(argv, usage)
    const storage = await openStorage(config, { mayCreate: true })
    try {
      await migrateDatabase(storage.databaseUrl)
      const done = await putSample(storage.databaseUrl, options.again)
      if (options.json) console.log(JSON.stringify(done, null, 2))
      else {
        console.log(
          `The sample catalogue is there: ${done.created} products new, ${done.changed} changed, ` +
            `${done.units} units received by ${done.stocked} SKUs.`,
        )
      }
      return 0
    } finally {
      await storage.stop()
    }
  },
}

async function putSample(databaseUrl: string, again: boolean) {
  const catalogue = await composeImport(databaseUrl)
  try {
    if (!(again || (await catalogue.isEmpty()))) {
      throw new NeedsOperator(
        'This shop has products: the sample was not put beside them, and nothing was changed.\n' +
          'To do it anyway, use holdfast seed --again.',
      )
    }
    const storage = await catalogue.open({ ...OPENING_STOCK, withDescriptions: true })
    try {
      const rows = sampleProducts().map(({ product, stock }, at) => {
        return { line: at + 2, product, units: stock }
      })
      const { created, changed, stocked, units } = await storage.write(rows)
      return { created, changed, stocked, units }
    } finally {
      await storage.close()
    }
  } finally {
    await catalogue.close()
  }
}
