// The records of a CSV file, line by line, for files that people made. A quote that nobody closed
// makes an ordinary reader lose everything up to the next quote, which may be the rest of a million
// rows. Here it costs the one line it stands on: a record that is not whole within `LINES_MAX` is
// refused by its first line, and reading goes on with the second; so is one over several lines that
// has not as many fields as the header, since a stray quote further down may have closed it.

/** Lines that one record may take; a quoted field may hold line breaks. */
const LINES_MAX = 64

export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  /** `text` is the line as it stands. */
  | { readonly line: number; readonly problem: string; readonly text: string }

export interface CsvRecordReader {
  /** Takes the next line, without its line break; answers the records that are complete. */
  push(line: string): CsvRecord[]
  /** No more lines: what is still open is refused. */
  end(): CsvRecord[]
}

/** Lines are counted from 1. Empty lines are counted and skipped. */
export function csvRecordReader(): CsvRecordReader {
  /** Lines of the record that is still open; empty between records. */
  let open: string[] = []
  let openLine = 0
  let line = 0
  /** Fields of the header; 0 before it. */
  let width = 0

  function take(text: string, number: number): CsvRecord | null {
    if (open.length === 0) {
      if (text === '') return null
      if (!text.includes('"')) return whole(number, text.split(','))
      openLine = number
    }
    open.push(text)
    const read = fieldsOf(open.join('\n'))
    if (read === 'unclosed' && open.length < LINES_MAX) return null
    if (typeof read === 'string') return refuse()
    if (open.length > 1 && width > 0 && read.length !== width) return refuse()
    open = []
    return whole(openLine, read)
  }

  function whole(number: number, fields: readonly string[]): CsvRecord {
    if (width === 0) width = fields.length
    return { line: number, fields }
  }

  function refuse(): CsvRecord {
    const problem = 'a quote that is not closed, or stands inside an unquoted field'
    return { line: openLine, problem, text: open[0] ?? '' }
  }

  /** After a refusal the lines behind the first are read again, as records of their own. */
  function takeAll(text: string, number: number): CsvRecord[] {
    const records: CsvRecord[] = []
    let lines = [{ text, number }]
    for (let at = 0; at < lines.length; at += 1) {
      const { text: next, number: its } = lines[at] as { text: string; number: number }
      const record = take(next, its)
      if (record === null) continue
      records.push(record)
      if (!('problem' in record)) continue
      const again = open
        .slice(1)
        .map((each, index) => ({ text: each, number: openLine + 1 + index }))
      lines = [...again, ...lines.slice(at + 1)]
      open = []
      at = -1
    }
    return records
  }

  return {
    push(text) {
      line += 1
      return takeAll(text, line)
    },
    end() {
      const records: CsvRecord[] = []
      while (open.length > 0) {
        records.push(refuse())
        const rest = open.slice(1).map((text, index) => ({ text, number: openLine + 1 + index }))
        open = []
        for (const { text, number } of rest) records.push(...takeAll(text, number))
      }
      return records
    },
  }
}

/** The fields of a text with quotes in it, or how it is none. */
function fieldsOf(text: string): string[] | 'unclosed' | 'misplaced' {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const end = endOfQuoted(text, at + 1)
      if (end < 0) return 'unclosed'
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
      if (at < text.length && text[at] !== ',') return 'misplaced'
    } else {
      const comma = text.indexOf(',', at)
      const end = comma < 0 ? text.length : comma
      const field = text.slice(at, end)
      if (field.includes('"')) return 'misplaced'
      fields.push(field)
      at = end
    }
    if (at >= text.length) return fields
    at += 1
  }
}

/** Where the closing quote stands; a doubled one is a quote of the text. -1 when there is none. */
function endOfQuoted(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
