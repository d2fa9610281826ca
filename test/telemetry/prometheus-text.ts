// Reads the text format of Prometheus, strictly: what this cannot read, no scraper should have to.

import assert from 'node:assert/strict'

export interface Sample {
  /** With the `_bucket`, `_sum` and `_count` of a histogram. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)",?/gy

export function readSamples(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    assert.ok(name && value, `no sample: ${line}`)
    return { name, labels: readLabels(labels, line), value: Number(value) }
  })
}

function readLabels(text: string, line: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)]
  assert.equal(pairs.map(([whole]) => whole).join(''), text, `labels of ${line}`)
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value]))
}

/** The sum of a metric's samples that carry these labels. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const fits = (each: Sample) =>
    Object.entries(labels).every(([label, value]) => each.labels[label] === value)
  return samples
    .filter((each) => each.name === name && fits(each))
    .reduce((sum, { value }) => sum + value, 0)
}
