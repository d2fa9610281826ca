// One keep-alive connection over a bare socket, one request at a time: node's own HTTP client costs
// about as much as the service does for a small answer, and would be what is measured.

import { connect, type Socket } from 'node:net'
import type { HttpRequest } from './http-connection.ts'

export interface RawAnswer {
  readonly status: number
  /** The bytes of the body as text; parsed by whoever needs more than the status. */
  readonly text: string
}

export interface RawConnection {
  /** One at a time. Rejects when the connection breaks, or with an answer it cannot read. */
  send(asked: HttpRequest): Promise<RawAnswer>
  close(): void
}

const HEAD_END = Buffer.from('\r\n\r\n')
const IDLE_LIMIT_MS = 30_000

/** Connects to `http://host:port`; rejects with the socket's error. */
export async function openRaw(baseUrl: string): Promise<RawConnection> {
  const { hostname, port, host } = new URL(baseUrl)
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
  socket.setNoDelay(true)
  socket.setTimeout(IDLE_LIMIT_MS, () => socket.destroy(new Error('no answer for 30 s')))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return conversation(socket, host)
}

function conversation(socket: Socket, host: string): RawConnection {
  let received: Buffer = Buffer.alloc(0)
  let waiting: { resolve(answer: RawAnswer): void; reject(error: unknown): void } | null = null
  const settle = (outcome: RawAnswer | Error): void => {
    const asked = waiting
    waiting = null
    if (outcome instanceof Error) asked?.reject(outcome)
    else asked?.resolve(outcome)
  }
  socket.on('data', (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes])
    try {
      const found = wholeAnswer(received)
      if (found === null) return
      received = received.subarray(found.bytes)
      settle(found.answer)
    } catch (error) {
      socket.destroy(error as Error)
    }
  })
  socket.on('error', settle)
  socket.on('close', () => settle(new Error('the service closed the connection')))
  return {
    send(asked) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        if (socket.destroyed) settle(new Error('the connection is closed'))
        else socket.write(requestText(asked, host))
      })
    },
    close: () => void socket.destroy(),
  }
}

/** The request as it travels. */
export function requestText(asked: HttpRequest, host: string): string {
  const body = asked.body === undefined ? '' : JSON.stringify(asked.body)
  const lines = [`${asked.method} ${asked.path} HTTP/1.1`, `Host: ${host}`]
  if (asked.token !== undefined) lines.push(`Authorization: Bearer ${asked.token}`)
  if (asked.key !== undefined) lines.push(`Idempotency-Key: ${asked.key}`)
  if (body !== '') lines.push('Content-Type: application/json')
  if (asked.method !== 'GET') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The first answer in the bytes and how many it takes; null while it is not whole. */
export function wholeAnswer(bytes: Buffer): { answer: RawAnswer; bytes: number } | null {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (!(status >= 200) || length === undefined) {
    throw new Error(`an answer without a status or a length:\n${head}`)
  }
  const bodyAt = headEnd + HEAD_END.length
  const end = bodyAt + Number(length)
  if (bytes.length < end) return null
  return { answer: { status, text: bytes.toString('utf8', bodyAt, end) }, bytes: end }
}
