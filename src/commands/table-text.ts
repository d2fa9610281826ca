// Rows of words in columns that stand under one another, for people.

import { durationInWords } from './progress-line.ts'

/** Each column as wide as its widest word; the last one as it comes. */
export function columnsText(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, word] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, word.length)
  }
  return rows
    .map((row) => row.map((word, at) => word.padEnd(widths[at] ?? 0)).join('  '))
    .map((line) => `${indent}${line.trimEnd()}`)
    .join('\n')
}

/** A moment as people compare them: how far away, and which one. */
export function momentText(atMs: number, nowMs: number): string {
  const far = durationInWords(Math.abs(atMs - nowMs))
  return `${new Date(atMs).toISOString()} (${atMs > nowMs ? `in ${far}` : `${far} ago`})`
}
