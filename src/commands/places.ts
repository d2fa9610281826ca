// Where the parts of this installation are: those given by the environment, and for the rest the
// embedded ones, started here or found running.

import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../compose.ts'
import type { Config } from '../config.ts'
import { type Embedded, startEmbedded } from '../embedded/start-embedded.ts'
import { developmentSecret } from '../jwt-secret.ts'

/** What the simulator takes for a key; it sells nothing. */
const SIMULATOR_KEY = 'sk_test_simulator'
const SIMULATOR_PUBLISHABLE_KEY = 'pk_test_simulator'

export interface Places {
  readonly settings: Settings
  readonly webhookSecrets: readonly string[]
  /** Where to tell the simulator about its webhook endpoint; null without one of our own. */
  readonly simulatorUrl: string | null
  /** Starts parts that end by themselves again; `onLost` hears of one that is gone for good. */
  keepAlive(onLost: (reason: string) => void): void
  stop(): Promise<void>
}

/** Starts what is not given. Throws StartRefused with words for a person. */
export async function openPlaces(config: Config, say: (line: string) => void): Promise<Places> {
  const { stripe } = config
  const simulated = stripe.secretKey === null && stripe.apiUrl === null
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    want: {
      postgres: config.databaseUrl === null,
      redis: config.redisUrl === null,
      simulator: simulated ? { command: simulatorCommand(config.dataDir) } : null,
    },
    say,
  })
  try {
    return placesOf(config, embedded)
  } catch (error) {
    // Whoever did not get the places cannot stop them.
    await embedded.stop()
    throw error
  }
}

function placesOf(config: Config, embedded: Embedded): Places {
  const { stripe } = config
  const apiUrl = embedded.simulator?.apiUrl ?? stripe.apiUrl
  const { webhookSecrets } = stripe
  return {
    settings: {
      databaseUrl: config.databaseUrl ?? missing(embedded.databaseUrl, 'database'),
      redisUrl: config.redisUrl ?? embedded.redisUrl,
      gateway: {
        secretKey: stripe.secretKey ?? SIMULATOR_KEY,
        publishableKey: stripe.publishableKey ?? simulatorOnly(stripe, SIMULATOR_PUBLISHABLE_KEY),
        apiUrl,
        booksUrl: stripe.secretKey === null ? apiUrl : null,
      },
      holdTtlMs: config.holdTtlMs,
      cartTtlMs: config.cartTtlMs,
      cartLinesMax: config.cartLinesMax,
      telemetry: config.telemetry,
    },
    webhookSecrets:
      webhookSecrets.length > 0 ? webhookSecrets : [developmentWebhookSecret(config.dataDir)],
    simulatorUrl: embedded.simulator?.controlUrl ?? null,
    keepAlive: embedded.keepAlive,
    stop: embedded.stop,
  }
}

function simulatorOnly({ secretKey }: Config['stripe'], key: string): string | null {
  return secretKey === null ? key : null
}

/** The same on every start, so that a webhook that was under way over a restart is believed. */
function developmentWebhookSecret(dataDir: string): string {
  const own = createHash('sha256')
    .update(`${developmentSecret(dataDir)}\nwebhooks`)
    .digest('hex')
  return `whsec_${own}`
}

/** Runs from the build as well as from the source. */
function simulatorCommand(dataDir: string): string[] {
  const here = fileURLToPath(import.meta.url)
  const program = path.join(path.dirname(here), `../payments/simulator/main${path.extname(here)}`)
  const journal = simulatorJournal(dataDir)
  return [process.execPath, ...process.execArgv, program, '--journal', journal, '--port', '0']
}

function simulatorJournal(dataDir: string): string {
  return path.join(dataDir, 'stripe-sim.jsonl')
}

/** True when an embedded PostgreSQL was ever started in this data folder, or for it elsewhere. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return ['postgres', 'runtime-place.json'].some((name) => existsSync(path.join(dataDir, name)))
}

/** Whether a simulator of this data folder would know of any payment. */
export function hasSimulatorBooks(dataDir: string): boolean {
  const journal = statSync(simulatorJournal(dataDir), { throwIfNoEntry: false })
  return journal !== undefined && journal.size > 0
}

function missing(url: string | null, what: string): string {
  if (url !== null) return url
  throw new Error(`the embedded ${what} did not say where it is`)
}
