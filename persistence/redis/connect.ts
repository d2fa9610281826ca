// A connection to Redis that never waits long and heals by itself. Carts and caches live behind it,
// so its failures are reported once per outage and end the request that met them, nothing more.

import { Redis, ReplyError } from 'ioredis'

/** A caller is told `retry later` after this long; a page should not hang on a cart. */
const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 1_000
const OPEN_TIMEOUT_MS = 1_500
// A line that went dead without a word (a lost host, a cut cable) is given up and dialled again.
const SOCKET_TIMEOUT_MS = 3_000
const RECONNECT_PAUSE_MAX_MS = 2_000

export interface RedisListener {
  /** Called once when Redis stops answering, not for each attempt to reach it again. */
  readonly down: (error: Error) => void
  /** Called when it answers again. */
  readonly up: () => void
}

export interface RedisConnection {
  readonly client: Redis
  /** Whether a PING is answered within `timeoutMs`: a server that hangs still looks connected. */
  answers(timeoutMs: number): Promise<boolean>
  close(): void
}

/**
 * `url` is `redis://`, `rediss://` or the path of a unix socket. Resolves once Redis answered, or
 * is known not to: an absent Redis is heard by `listener`, and tried again for ever.
 */
export async function openRedis(url: string, listener: RedisListener): Promise<RedisConnection> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // A command that failed for its caller must not run later, behind the caller's back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_PAUSE_MAX_MS),
    connectionName: 'holdfast',
  })
  let isDown = false
  const fail = (error: Error) => {
    if (isDown) return
    isDown = true
    listener.down(error)
  }
  client.on('error', fail)
  client.on('close', () => fail(new Error('the connection to Redis was closed')))
  client.on('ready', () => {
    if (isDown) listener.up()
    isDown = false
  })
  await firstAnswer(client, fail)
  return {
    client,
    answers: (timeoutMs) => answersPing(client, timeoutMs),
    close() {
      isDown = true
      client.disconnect()
    },
  }
}

/** Resolves when Redis is ready, or is heard not to be; it may be loading its data for minutes. */
function firstAnswer(client: Redis, fail: (error: Error) => void): Promise<void> {
  return new Promise((resolve) => {
    const notInTime = () => fail(new Error('Redis took too long to become ready'))
    const timer = setTimeout(() => settle(notInTime), OPEN_TIMEOUT_MS)
    const settle = (andThen?: () => void) => {
      clearTimeout(timer)
      andThen?.()
      resolve()
    }
    client.once('ready', () => settle())
    client.once('error', () => settle())
    // The error has been heard by then; the client goes on trying.
    client.connect().catch(() => {})
  })
}

function answersPing(client: Redis, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, false)
    const settle = (answered: boolean) => {
      clearTimeout(timer)
      resolve(answered)
    }
    client.ping().then(
      () => settle(true),
      () => settle(false),
    )
  })
}

/**
 * True when Redis understood the command and found it wrong: our mistake, no retry heals it. A key
 * of another type (WRONGTYPE) is not: somebody else wrote there, and an operator can mend it.
 */
export function isOurMistake(error: unknown): boolean {
  const { message } = error as Error
  return error instanceof ReplyError && message.startsWith('ERR ') && !/WRONGTYPE/.test(message)
}
