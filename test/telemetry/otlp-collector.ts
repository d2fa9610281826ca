// A collector of traces: takes what an OTLP exporter sends over HTTP as JSON, and shows it. It can
// also refuse, or never answer, like one that is in trouble.

import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly isError: boolean
}

export interface OtlpCollector {
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** The bodies as they came. */
  readonly bodies: readonly string[]
  /** Names of services that sent something. */
  readonly services: ReadonlySet<string>
  close(): Promise<void>
}

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes?: readonly SentAttribute[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status?: { readonly code?: number }
}

interface SentAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}

const STATUS_ERROR = 2

export async function openCollector(
  answer: 'well' | 'refuses' | 'never' = 'well',
): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = []
  const bodies: string[] = []
  const services = new Set<string>()

  function take(body: string): void {
    bodies.push(body)
    for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans) {
      services.add(String(attributesOf(resource.attributes)['service.name']))
      for (const scope of scopeSpans) spans.push(...scope.spans.map(collected))
    }
  }

  function respond(response: ServerResponse): void {
    if (answer === 'never') return
    response.writeHead(answer === 'well' ? 200 : 503, { 'content-type': 'application/json' })
    response.end('{}')
  }

  const server = createServer((request, response) => {
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/traces')
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      take(body)
      respond(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    services,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function collected({ parentSpanId = '', attributes = [], ...sent }: SentSpan): CollectedSpan {
  const { traceId, spanId, name, kind, links = [], status } = sent
  const isError = status?.code === STATUS_ERROR
  const shown = attributesOf(attributes)
  return { traceId, spanId, parentSpanId, name, kind, attributes: shown, links, isError }
}

function attributesOf(sent: readonly SentAttribute[]): Record<string, unknown> {
  return Object.fromEntries(sent.map(({ key, value }) => [key, Object.values(value)[0]]))
}
