// The door of the benchmarks: `npm run bench -- <name> [options]`. Each is loaded only when it is
// asked for.

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  replay: {
    does: 'real invoices through a whole service, then its books are checked',
    run: async (argv) => {
      const { runReplay } = await import('./replay/replay.ts')
      const complain = (line: string): void => console.error(line)
      return runReplay(argv, { environment: process.env, output: process.stdout, complain })
    },
  },
  rates: {
    does: 'answers a second of a whole service: sold out, hold, full checkout',
    run: async (argv) => {
      const { runRates } = await import('./rates/rates.ts')
      const say = (line: string): void => console.log(line)
      const complain = (line: string): void => console.error(line)
      return runRates(argv, { environment: process.env, say, complain })
    },
  },
  holds: {
    does: 'durable holds on one SKU in process, grouped against one append per command',
    run: async (argv) => (await import('./holds/holds.ts')).runHolds(argv, process.env),
  },
}

interface Scenario {
  readonly does: string
  /** Answers the exit code. */
  run(argv: readonly string[]): Promise<number>
}

const EXIT_WRONG_USAGE = 2

function usage(): string {
  const rows = Object.entries(SCENARIOS).map(([name, { does }]) => `  ${name.padEnd(8)} ${does}`)
  return `Usage: npm run bench -- <name> [options]

${rows.join('\n')}

Each has its own --help. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found.`
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === '--help' || name === '-h') {
    console.log(usage())
    return 0
  }
  const scenario = Object.entries(SCENARIOS).find(([each]) => each === name)?.[1]
  if (scenario === undefined) {
    console.error(name === undefined ? usage() : `There is no "${name}".\n\n${usage()}`)
    return EXIT_WRONG_USAGE
  }
  return scenario.run(rest)
}

process.exitCode = await main(process.argv.slice(2))
