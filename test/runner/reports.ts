// What a test file tells the runner while it runs, one JSON object a line. uvu itself prints dots
// and forgets names; these lines are the only thing the runner believes.

export type Report =
  | { readonly kind: 'registered'; readonly test: string }
  | { readonly kind: 'started'; readonly test: string }
  | { readonly kind: 'passed'; readonly test: string; readonly durationMs: number }
  | {
      readonly kind: 'failed'
      readonly test: string
      readonly durationMs: number
      readonly error: string
    }
  | { readonly kind: 'skipped'; readonly test: string; readonly reason: string }
  /** A figure worth reading in a green run. */
  | { readonly kind: 'note'; readonly text: string }
  /** A `before` hook takes its whole suite with it; an `after` hook only itself. */
  | {
      readonly kind: 'hook_failed'
      readonly hook: 'before' | 'after'
      readonly suite: string
      readonly error: string
    }
  /** Registered in a suite on which `.run()` was never called; sent as the process ends. */
  | { readonly kind: 'not_run'; readonly test: string }

/** Name of the environment variable that carries the number of the report file descriptor. */
export const REPORT_DESCRIPTOR_VARIABLE = 'HOLDFAST_TEST_REPORT_DESCRIPTOR'

/** The name a test goes by everywhere: unique in its file. */
export function testName(suite: string, name: string): string {
  return suite === '' ? name : `${suite} > ${name}`
}

/** Splits text that arrives in pieces into reports; a cut last line waits for its rest. */
export function reportReader(take: (report: Report) => void): (piece: string) => void {
  let rest = ''
  return (piece) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(JSON.parse(line) as Report)
  }
}
