// Cuts secrets out of what is about to be logged, by the names of fields and at any depth: errors
// of the gateway carry whole requests and intents, errors of Postgres the whole row they met.

// Compared in lower case and without separators: client_secret, clientSecret and client-secret.
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'accesstoken',
  'apikey',
  'authorization',
  'clientsecret',
  'cookie',
  'guesttoken',
  'jwt',
  'jwtsecret',
  'password',
  'proxyauthorization',
  'refreshtoken',
  'secret',
  'secretkey',
  'setcookie',
  'stripesignature',
  'token',
  'webhooksecret',
  'webhooksecrets',
])
const CUT = '[cut]'
// A log line is read by people, and written while buyers wait: what is deeper or longer is cut.
const DEPTH_MAX = 6
const VALUES_MAX = 1_000

type Fields = Record<string, unknown>

/** A copy of `fields` to be written; errors in it become plain objects with their causes. */
export function withoutSecrets(fields: object): Fields {
  let left = VALUES_MAX

  function copyOf(value: unknown, depth: number): unknown {
    left -= 1
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Date || value instanceof URL) return value.toJSON()
    if (depth > DEPTH_MAX || left < 0) return '[more]'
    if (value instanceof Error) return fieldsCopy(fieldsOfError(value), depth)
    if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
    return Array.isArray(value) ? listCopy(value, depth) : fieldsCopy(value, depth)
  }

  function listCopy(list: readonly unknown[], depth: number): unknown[] {
    return list.slice(0, Math.max(left, 0)).map((each) => copyOf(each, depth + 1))
  }

  function fieldsCopy(from: object, depth: number): Fields {
    const copy: Fields = {}
    for (const [name, value] of Object.entries(from)) {
      if (left < 0) break
      copy[name] = isSecret(name) ? CUT : copyOf(value, depth + 1)
    }
    return copy
  }

  return fieldsCopy(fields, 0)
}

/** Without `detail`, in which Postgres quotes the row, and with it a buyer's name and address. */
function fieldsOfError(error: Error): Fields {
  const { detail: _, message, stack, cause, ...own } = error as Error & { detail?: unknown }
  const causes = cause === undefined ? {} : { cause }
  const all = error instanceof AggregateError ? { errors: error.errors } : {}
  return { type: error.constructor.name, message, stack, ...own, ...causes, ...all }
}

function isSecret(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replaceAll(/[_-]/g, ''))
}
