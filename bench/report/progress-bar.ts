// How far a long run is, on one line: share, count, rate, time left. A terminal sees the line
// redrawn; a log file gets a line every few seconds.

export interface Progress {
  readonly done: number
  readonly total: number
  readonly elapsedMs: number
  /** Plural noun of what is counted: `invoices`. */
  readonly unit: string
  /** A few words after the numbers. */
  readonly note: string
}

const BAR_CELLS = 24
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** `replay ██████▌░░░░ 54%  842/1,559 invoices  91.3/s  8 s left  note` */
export function progressLine(label: string, progress: Progress): string {
  const { done, total, elapsedMs, unit, note } = progress
  const share = total === 0 ? 1 : done / total
  const perSecond = elapsedMs === 0 ? 0 : (done / elapsedMs) * 1000
  const left =
    perSecond === 0 ? 'time left unknown' : `${duration((total - done) / perSecond)} left`
  const parts = [
    `${label} ${bar(share)} ${Math.floor(share * 100)}%`.padEnd(label.length + BAR_CELLS + 6),
    `${counted(done)}/${counted(total)} ${unit}`,
    `${rate(perSecond)}/s`,
    done === total ? `took ${duration(elapsedMs / 1000)}` : left,
    note,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `12,345` */
export function counted(count: number): string {
  return count.toLocaleString('en-GB')
}

function rate(perSecond: number): string {
  return perSecond < 100 ? perSecond.toFixed(1) : counted(Math.round(perSecond))
}

function bar(share: number): string {
  const eighths = Math.floor(Math.min(share, 1) * BAR_CELLS * 8)
  const filled = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
  return filled + '░'.repeat(BAR_CELLS - filled.length)
}

export interface ProgressBar {
  update(done: number, note?: string): void
  /** A line of its own above the bar. */
  say(line: string): void
  /** Draws the last state and leaves it standing. */
  finish(): void
}

export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** `now` is in milliseconds and only goes forward. */
export function progressBar(
  output: ProgressOutput,
  what: { label: string; unit: string; total: number },
  now: () => number = () => performance.now(),
): ProgressBar {
  const startedAt = now()
  const everyMs = output.isTTY ? 100 : 5_000
  let drawnAt = startedAt
  let drawn = ''
  let done = 0
  let note = ''

  const draw = (): void => {
    drawnAt = now()
    drawn = `${done} ${note}`
    const elapsedMs = drawnAt - startedAt
    const line = progressLine(what.label, { ...what, done, elapsedMs, note })
    output.write(
      output.isTTY ? `\r\x1b[2K${line.slice(0, (output.columns ?? 120) - 1)}` : `${line}\n`,
    )
  }
  return {
    update(count, words = '') {
      done = count
      note = words
      if (now() - drawnAt >= everyMs) draw()
    },
    say(line) {
      output.write(output.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`)
      if (output.isTTY) draw()
    },
    finish() {
      // A log file that has just had the last line does not need it twice.
      if (output.isTTY || drawn !== `${done} ${note}`) draw()
      if (output.isTTY) output.write('\n')
    },
  }
}
