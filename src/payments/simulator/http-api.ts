// The HTTP side of the simulator: reads a request, finds its route, writes the answer. Stripe's
// routes and the control routes share one port.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApiAnswer, refusalAnswer } from './api-answer.ts'
import { handleControl } from './control-api.ts'
import type { Operation } from './facts.ts'
import { parseForm, Refused } from './form-parameters.ts'
import { streamLedger } from './ledger-stream.ts'
import { listEvents, listIntents, readCharge, readIntent } from './payment-intent-reads.ts'
import { type HandleWrite, paymentIntentWrites } from './payment-intent-writes.ts'
import type { StripeAccount } from './stripe-account.ts'
import { API_VERSION } from './stripe-objects.ts'
import { unauthorised, unknownRoute } from './stripe-refusal.ts'

const BODY_BYTES_MAX = 256 * 1_024

export interface HttpApiOptions {
  readonly account: StripeAccount
  /** The only key taken; null takes any. */
  readonly secretKey: string | null
  /** Called after every request that may have changed something. */
  readonly changed: () => void
}

interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
  readonly key: string | null
  readonly authorization: string | undefined
  readonly requestId: string
}

/** The listener of a `node:http` server. */
export function httpApi(options: HttpApiOptions) {
  const { account } = options
  const handleWrite = paymentIntentWrites(account)

  async function answer(request: ApiRequest): Promise<ApiAnswer> {
    if (request.path.startsWith('/_sim/')) {
      const { method, path, body } = request
      const answered = await handleControl(account, method, path, body)
      return answered ?? refusalAnswer(unknownRoute(method, path))
    }
    if (options.secretKey !== null && request.authorization !== `Bearer ${options.secretKey}`) {
      return refusalAnswer(unauthorised())
    }
    if (request.method === 'POST') return write(handleWrite, request)
    return read(account, request)
  }

  return async function onRequest(incoming: IncomingMessage, response: ServerResponse) {
    const requestId = account.newId('req')
    try {
      const request = await requestOf(incoming, requestId)
      if (request === null) return
      if (request.method === 'GET' && request.path === '/_sim/ledger') {
        await account.settled()
        return await streamLedger(account.books.orders.orders.values(), response)
      }
      send(response, await answer(request), request)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      send(response, refusalAnswer(error.refusal), { requestId, key: null })
    } finally {
      options.changed()
    }
  }
}

function write(handleWrite: HandleWrite, request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, body, key, requestId } = request
  const [, version, resource, id, action, ...rest] = path.split('/')
  if (version === 'v1' && resource === 'payment_intents' && rest.length === 0) {
    const operation: Operation | null = id === undefined ? 'create' : operationOf(action)
    if (operation) {
      const intentId = id ?? null
      return handleWrite({ operation, intentId, path, body, key, requestId })
    }
  }
  throw new Refused(unknownRoute(method, path))
}

function operationOf(action: string | undefined): Operation | null {
  return action === 'confirm' || action === 'capture' || action === 'cancel' ? action : null
}

async function read(account: StripeAccount, request: ApiRequest): Promise<ApiAnswer> {
  const { method, path } = request
  const form = parseForm(request.query)
  const [, version, resource, id, ...rest] = path.split('/')
  await account.settled()
  if (method === 'GET' && version === 'v1' && rest.length === 0) {
    if (resource === 'payment_intents' && id) return readIntent(account, id, form)
    if (resource === 'payment_intents') return listIntents(account, form)
    if (resource === 'charges' && id) return readCharge(account, id, form)
    if (resource === 'events' && !id) return listEvents(account, form)
  }
  throw new Refused(unknownRoute(method, path))
}

/** null when the caller went away, or sent more than any request of Stripe's has. */
async function requestOf(incoming: IncomingMessage, requestId: string): Promise<ApiRequest | null> {
  const body = await bodyOf(incoming)
  if (body === null) return null
  const [path = '', query = ''] = (incoming.url ?? '').split('?', 2)
  const key = incoming.headers['idempotency-key']
  return {
    method: incoming.method ?? '',
    path,
    query,
    body,
    key: typeof key === 'string' && key !== '' ? key : null,
    authorization: incoming.headers.authorization,
    requestId,
  }
}

// Listeners rather than async iteration: this runs for every call of every purchase.
function bodyOf(incoming: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_BYTES_MAX) incoming.destroy()
      else chunks.push(chunk)
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    incoming.on('error', () => resolve(null))
    incoming.on('close', () => resolve(null))
  })
}

function send(
  response: ServerResponse,
  { status, body, headers }: ApiAnswer,
  { requestId, key }: Pick<ApiRequest, 'requestId' | 'key'>,
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'request-id': requestId,
    'stripe-version': API_VERSION,
    ...(key !== null && { 'idempotency-key': key }),
    ...headers,
  })
  response.end(text)
}
