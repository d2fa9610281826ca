// The only file that knows the tracing SDK. Spans wait in a bounded queue and are sent in batches
// beside the work: while the collector is away or too slow they are dropped and counted, and no
// sale notices.

import { TraceFlags, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import type { Log } from '../log.ts'
import type { Meters } from '../metrics/meters.ts'

export interface OtlpSettings {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string
  readonly serviceName: string
  /** Which part of the requests that bring no trace along is traced: 0 to 1. */
  readonly sampleRatio: number
}

export interface OtlpLimits {
  readonly traceQueueMax: number
  readonly traceBatchMax: number
  readonly tracePeriodMs: number
  readonly traceExportTimeoutMs: number
}

export interface Otlp {
  readonly tracer: Tracer
  /** Sends what is left; what is not sent within `limitMs` is lost. Never throws. */
  stop(limitMs: number): Promise<void>
}

export function openOtlp(
  settings: OtlpSettings,
  limits: OtlpLimits,
  hearing: { readonly meters: Meters; readonly log: Log },
): Otlp {
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: limits.traceExportTimeoutMs,
  })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.serviceName }),
    sampler: samplerOf(settings.sampleRatio),
    spanProcessors: [heardQueue(heardExporter(exporter, hearing), limits, hearing.meters)],
  })
  return {
    tracer: provider.getTracer('holdfast'),
    async stop(limitMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs)
      })
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}

/** A caller's own decision holds; a span that serves others is sampled when one of them is. */
function samplerOf(ratio: number): Sampler {
  const byRatio = new TraceIdRatioBasedSampler(ratio)
  const root: Sampler = {
    shouldSample(context, traceId, _name, _kind, _attributes, links) {
      const serves = links.some(
        ({ context: { traceFlags } }) => (traceFlags & TraceFlags.SAMPLED) !== 0,
      )
      if (serves) return { decision: SamplingDecision.RECORD_AND_SAMPLED }
      return byRatio.shouldSample(context, traceId)
    },
    toString: () => `linked or ${byRatio}`,
  }
  return new ParentBasedSampler({ root })
}

/** The queue drops in silence what it has no room for, so whether it has is counted beside it. */
function heardQueue(exporter: SpanExporter, limits: OtlpLimits, meters: Meters): SpanProcessor {
  let waiting = 0
  const leavingQueue: SpanExporter = {
    export(spans, done) {
      waiting -= spans.length
      exporter.export(spans, done)
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
  const queue = new BatchSpanProcessor(leavingQueue, {
    maxQueueSize: limits.traceQueueMax,
    maxExportBatchSize: limits.traceBatchMax,
    scheduledDelayMillis: limits.tracePeriodMs,
    exportTimeoutMillis: limits.traceExportTimeoutMs,
  })
  return {
    onStart: (span, context) => queue.onStart(span, context),
    onEnd(span) {
      const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
      if (isSampled && waiting >= limits.traceQueueMax) {
        meters.count('checkout_trace_spans_total', { result: 'lost' })
        return
      }
      // Before it is handed over: a full batch leaves within that call.
      if (isSampled) waiting += 1
      queue.onEnd(span)
    },
    shutdown: () => queue.shutdown(),
    forceFlush: () => queue.forceFlush(),
  }
}

/** Counts what was sent and what was lost, and says once when the collector goes and comes. */
function heardExporter(
  exporter: SpanExporter,
  { meters, log }: { readonly meters: Meters; readonly log: Log },
): SpanExporter {
  let away = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0
        const name = 'checkout_trace_spans_total'
        meters.count(name, { result: failed ? 'lost' : 'sent' }, spans.length)
        if (failed && !away)
          log.warn({ err: result.error }, 'traces are lost: no collector answers')
        if (!failed && away) log.info('the trace collector answers again')
        away = failed
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}
