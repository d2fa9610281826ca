// A service reduced to what matters here: it starts the embedded parts, prints them as one line of
// JSON, and stops them on SIGTERM. Tests kill it in every way.
// Arguments: the data folder, then any of `redis` and the simulator's command.

import { startEmbedded } from '../../src/embedded/start-embedded.ts'
import { StartRefused } from '../../src/embedded/start-refused.ts'

const [dataDir = '', redis = '', ...simulator] = process.argv.slice(2)

try {
  const embedded = await startEmbedded({
    dataDir,
    want: {
      postgres: true,
      redis: redis === 'redis',
      simulator: simulator.length === 0 ? null : { command: simulator },
    },
    say: (line) => process.stderr.write(`${line}\n`),
  })
  process.once('SIGTERM', () => void embedded.stop().then(() => process.exit(0)))
  process.stdout.write(`${JSON.stringify(embedded)}\n`)
  // Nothing else keeps the process alive: the children do not belong to its event loop.
  setInterval(() => {}, 60_000)
} catch (error) {
  process.stderr.write(`${error instanceof StartRefused ? error.message : String(error)}\n`)
  process.exit(1)
}
