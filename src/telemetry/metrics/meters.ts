// The only file that knows the metrics library. Wrappers count under the names of the table; what
// is read and not counted (depths, ages, degraded parts) is read when somebody scrapes.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { METRICS, type MetricName, type MetricRow } from './metric-table.ts'

export type Labels = Readonly<Record<string, string>>

/** One reading of a gauge for each set of its labels. */
export type Readings = readonly (readonly [Labels, number])[]

export interface Meters {
  count(name: MetricName, labels?: Labels, by?: number): void
  /** `value` in the unit that the metric's name ends in. */
  observe(name: MetricName, value: number, labels?: Labels): void
  /** `read` is called at each scrape; when it fails, the gauge says nothing that time. */
  gauge(name: MetricName, read: () => Readings | Promise<Readings>): void
}

export interface Scrape {
  readonly contentType: string
  readonly text: string
}

export interface MeterRegistry extends Meters {
  /** Prometheus text of everything, the process's own memory, CPU and event loop included. */
  scrape(): Promise<Scrape>
}

const NONE: Labels = Object.freeze({})
/** A counter starts at 0 for every value of its labels, so that the first event is an increase. */
const ZEROED_SERIES_MAX = 100

export function openMeters(): MeterRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<string, Counter>()
  const histograms = new Map<string, Histogram>()
  const gauges = new Map<string, Gauge>()
  const reads = new Map<string, () => Readings | Promise<Readings>>()

  for (const [name, row] of Object.entries<MetricRow>(METRICS)) {
    const { help, kind, labels = {}, buckets = [] } = row
    const common = { name, help, labelNames: Object.keys(labels), registers: [registry] }
    if (kind === 'histogram') {
      histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }))
    } else if (kind === 'counter') {
      const counter = new Counter(common)
      for (const each of seriesOf(row)) counter.inc(each, 0)
      counters.set(name, counter)
    } else gauges.set(name, new Gauge(common))
  }

  async function readGauges(): Promise<void> {
    await Promise.all(
      [...reads].map(async ([name, read]) => {
        const gauge = known(gauges, name)
        const readings = await Promise.resolve()
          .then(read)
          .catch((): Readings => [])
        gauge.reset()
        // A gauge without labels would say 0, which may be a good thing to hear.
        if (readings.length === 0 && !hasLabels(name)) gauge.remove()
        for (const [labels, value] of readings) gauge.set(labels, value)
      }),
    )
  }

  return {
    count: (name, labels = NONE, by = 1) => known(counters, name).inc(labels, by),
    observe: (name, value, labels = NONE) => known(histograms, name).observe(labels, value),
    gauge: (name, read) => {
      known(gauges, name)
      reads.set(name, read)
    },
    async scrape() {
      await readGauges()
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

function hasLabels(name: string): boolean {
  return 'labels' in METRICS[name as MetricName]
}

/** Every combination of the labels' values; none when a list is closed elsewhere, or too many. */
function seriesOf({ labels = {} }: MetricRow): Labels[] {
  let series: Labels[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (values === null) return []
    series = series.flatMap((each) => values.map((value) => ({ ...each, [label]: value })))
  }
  return series.length > ZEROED_SERIES_MAX ? [] : series
}

function known<Metric>(of: ReadonlyMap<string, Metric>, name: string): Metric {
  const metric = of.get(name)
  if (metric === undefined) throw new Error(`${name} is no metric of that kind`)
  return metric
}
