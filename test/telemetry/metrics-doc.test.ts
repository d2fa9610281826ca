// docs/METRICS.md and the table of metrics say the same, in both directions, and the alerts ask for
// nothing that is not measured.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import { openMeters } from '../../src/telemetry/metrics/meters.ts'
import {
  METRICS,
  type MetricName,
  type MetricRow,
} from '../../src/telemetry/metrics/metric-table.ts'

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const page = read('METRICS.md')
const rules = read('alerts.yml')

const ROW = /^\| `(\w+)` \| (\w+) \| (\w+) \| (.+) \| (.+) \| (.+) \|$/

const documented = page.split('\n').flatMap((line) => {
  const [, name, kind, unit, labels, meaning, alert] = ROW.exec(line) ?? []
  if (!name || !kind || !unit || !labels || !meaning || !alert) return []
  return [{ name, kind, unit, labels: wordsIn(labels), meaning, alerts: wordsIn(alert) }]
})

const documents = suite('metrics page')

documents('every row of the page could be read', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  assert.equal(documented.length, rows.length)
  assert.ok(rows.length > 0)
})

documents('every metric is on the page once, in the order of the table', () => {
  assert.deepEqual(
    documented.map(({ name }) => name),
    Object.keys(METRICS),
  )
})

documents('type, unit, labels and meaning are those of the code', () => {
  for (const { name, kind, unit, labels, meaning } of documented) {
    const row: MetricRow = METRICS[name as MetricName]
    assert.deepEqual(
      { kind, labels, meaning },
      { kind: row.kind, labels: Object.keys(row.labels ?? {}), meaning: row.help },
      name,
    )
    assert.equal(unit === 'seconds', name.endsWith('_seconds'), name)
  }
})

documents('each alert of the page is a rule that reads that metric, and no rule is missing', () => {
  const alerts = alertRules()
  assert.ok(alerts.size > 10)
  for (const { name, alerts: named } of documented) {
    for (const alert of named) assert.ok(alerts.get(alert)?.includes(name), `${alert}: ${name}`)
  }
  const onPage = new Set(page.match(/`[A-Z]\w+`/g)?.map((word) => word.slice(1, -1)))
  for (const alert of alerts.keys()) assert.ok(onPage.has(alert), `${alert} is on the page`)
})

documents('rules refer to metrics and labels that exist', async () => {
  const { text } = await openMeters().scrape()
  const told = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name))
  for (const [alert, expression] of alertRules()) {
    const names = expression.match(/\b(?:checkout|http|db|nodejs|process)_\w+/g) ?? []
    const metrics = names.filter((name) => !/^http_(request|route|response)_/.test(name))
    assert.ok(metrics.length > 0, alert)
    for (const name of metrics) {
      const base = name.replace(/_(bucket|count|sum)$/, '')
      assert.ok(told.has(name) || told.has(base), `${alert} asks for ${name}`)
    }
    for (const [, label, value = ''] of expression.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)) {
      assert.ok(isLabelValue(String(label), value), `${alert} asks for ${label}="${value}"`)
    }
  }
})

/** Every rule's expression by the rule's name; what is indented under `expr: |` belongs to it. */
function alertRules(): Map<string, string> {
  const found = new Map<string, string>()
  for (const rule of rules.split(/^ {6}- alert: /m).slice(1)) {
    const [name = ''] = rule.split('\n', 1)
    const [, expression] = /^ {8}expr: (\|\n(?: {10}.*\n)+|.*\n)/m.exec(rule) ?? []
    assert.ok(expression, `${name} has an expression`)
    assert.match(rule, /severity: (page|ticket)/, name)
    assert.match(rule, /summary: .+\n\s+action: .+/, name)
    found.set(name, expression)
  }
  return found
}

/** Statuses are patterns; every other value must be one a label can have. */
function isLabelValue(label: string, value: string): boolean {
  if (label === 'http_response_status_code') return /^\d\.\.$/.test(value)
  const values = Object.values<MetricRow>(METRICS).flatMap(({ labels }) => labels?.[label] ?? [])
  return value.split('|').every((each) => values.includes(each))
}

function wordsIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].flatMap(([, word]) => word ?? [])
}

documents.run()
