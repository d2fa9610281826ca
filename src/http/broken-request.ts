// Some requests are so broken that they never become one: Node tells of them with the bare socket.
// They are answered like any other "no", so that no client ever has to read two kinds of errors.

import { type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_TYPE, problemText } from './problem.ts'
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

// Nobody gave the request a name, and it has none to give.
const NO_REQUEST_ID = 'unread'

const TOLD = {
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The headers are larger than this service reads. Nothing was done. Send fewer or shorter ones.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request_timeout',
    'The request did not arrive whole in time. Nothing was done. Send it again.',
  ],
} as const satisfies Record<string, readonly [ProblemCode, string]>

const NOT_HTTP = [
  'invalid_request',
  'This is no HTTP request that can be read. Nothing was done. Check what sends it.',
] as const

/** Answers 400, 408 or 431 and ends the connection, whose rest means nothing any more. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Whoever hung up hears nothing; who waits for the answer to an earlier request, or is in the
    // middle of it, must not take this for it: that request is being done.
    if (error.code === 'ECONNRESET' || !socket.writable || isServingEarlier(socket)) {
      socket.destroy()
      return
    }
    const known: Readonly<Record<string, readonly [ProblemCode, string]>> = TOLD
    const [code, detail] = known[error.code ?? ''] ?? NOT_HTTP
    socket.end(answerOf(code, detail))
  })
}

function answerOf(code: ProblemCode, detail: string): string {
  const text = problemText({ code, detail }, NO_REQUEST_ID)
  const { status, title } = PROBLEM_CODES[code]
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(new TextEncoder().encode(text).byteLength),
    Connection: 'close',
    'Cache-Control': 'no-store',
    'X-Request-Id': NO_REQUEST_ID,
    ...SECURITY_HEADERS,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${text}`
}

/** Node keeps the answer that a connection is busy with where only it can see it. */
function isServingEarlier(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage')
  if (!(answer instanceof ServerResponse)) return false
  return answer.headersSent || answer.req.complete
}
