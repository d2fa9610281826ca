// The database a command works on: the one that is given, the one of the service that runs in the
// data folder, or the embedded one, started for the command and stopped after it.

import type { Config } from '../config.ts'
import { runningService } from '../embedded/runtime-file.ts'
import { startEmbedded } from '../embedded/start-embedded.ts'
import { StartRefused } from '../embedded/start-refused.ts'
import { hasEmbeddedDatabase } from './places.ts'

export interface Storage {
  readonly databaseUrl: string
  stop(): Promise<void>
}

/**
 * `mayCreate`: a command that only reads must not make a shop where there is none. Throws
 * StartRefused, in words, when there is no database to work on.
 */
export async function openStorage(
  config: Config,
  { mayCreate }: { readonly mayCreate: boolean },
): Promise<Storage> {
  const running = config.databaseUrl ?? runningService(config.dataDir)?.postgres?.address
  if (running !== undefined) return { databaseUrl: running, stop: async () => {} }
  if (!mayCreate && !hasEmbeddedDatabase(config.dataDir)) {
    throw new StartRefused([
      `There is no shop in ${config.dataDir}: nothing was looked at and nothing was made.`,
      'Name its data folder with HOLDFAST_DATA, or its database with DATABASE_URL.',
    ])
  }
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    want: { postgres: true, redis: false, simulator: null },
    say: (line) => console.error(line),
  })
  if (embedded.databaseUrl === null) throw new Error('the embedded database did not say its place')
  const forget = stopOnSignal(embedded.stop)
  const stop = async () => {
    forget()
    await embedded.stop()
  }
  return { databaseUrl: embedded.databaseUrl, stop }
}

/** Whoever interrupts the command must not leave a database behind. Answers how to undo it. */
function stopOnSignal(stop: () => Promise<void>): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const onSignal = () => {
    forget()
    console.error('\nStopping the embedded database.')
    void stop().finally(() => process.exit(1))
  }
  const forget = () => {
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return forget
}
