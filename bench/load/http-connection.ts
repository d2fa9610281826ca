// One HTTP request, one answer, over raw node:http with connections kept alive: `fetch` costs
// several times the work of the request itself and would measure the load generator.

import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  /** Path and query, already percent-encoded. */
  readonly path: string
  readonly token?: string
  /** The Idempotency-Key. */
  readonly key?: string
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The parsed JSON, or the text when it is none, or null when there is nothing. */
  readonly body: unknown
}

export interface HttpConnection {
  /** Rejects with the socket's error when there is no whole answer. */
  send(asked: HttpRequest): Promise<HttpAnswer>
  close(): void
}

/** A silent socket is given up after `idleTimeoutMs`, longer than any answer may take. */
export function openHttp(baseUrl: string, idleTimeoutMs = 30_000): HttpConnection {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' })
  const base = new URL(baseUrl)
  return {
    send: (asked) =>
      new Promise((resolve, reject) => {
        const payload = asked.body === undefined ? undefined : JSON.stringify(asked.body)
        const outgoing = request(
          {
            agent,
            host: base.hostname.replace(/^\[|\]$/g, ''),
            port: base.port,
            method: asked.method,
            path: base.pathname.replace(/\/$/, '') + asked.path,
            headers: headersOf(asked, payload),
            timeout: idleTimeoutMs,
          },
          (incoming) => whole(incoming).then(resolve, reject),
        )
        outgoing.on('error', reject)
        outgoing.on('timeout', () => {
          outgoing.destroy(new SilentSocket(`no answer for ${idleTimeoutMs} ms`))
        })
        outgoing.end(payload)
      }),
    close: () => agent.destroy(),
  }
}

/** Carries the code of a socket error, so that callers treat both alike. */
class SilentSocket extends Error {
  readonly code = 'ETIMEDOUT'
}

function headersOf(asked: HttpRequest, payload: string | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
    ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(payload)}` }),
  }
}

function whole(incoming: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', reject)
    incoming.on('end', () => {
      const body = parsed(Buffer.concat(chunks).toString('utf8'))
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body })
    })
  })
}

function parsed(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
