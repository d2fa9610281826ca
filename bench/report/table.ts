// A closing report that a person reads at a glance: names on the left, values lined up after them,
// a rule between groups.

export type ReportRow = readonly [name: string, value: string, remark?: string]
export type ReportGroup = readonly ReportRow[]

/** Lines without a trailing newline; empty groups are left out. */
export function reportTable(title: string, groups: readonly ReportGroup[]): string {
  const shown = groups.filter((group) => group.length > 0)
  const rows = shown.flat()
  const nameWidth = Math.max(0, ...rows.map(([name]) => name.length))
  const valueWidth = Math.max(0, ...rows.map(([, value]) => value.length))
  const lines = shown.map((group) =>
    group.map(([name, value, remark = '']) => {
      return `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${remark}`.trimEnd()
    }),
  )
  const width = Math.max(title.length, ...lines.flat().map((line) => line.length))
  const rule = '─'.repeat(width)
  return [title, rule, lines.map((group) => group.join('\n')).join(`\n${rule}\n`), rule].join('\n')
}
