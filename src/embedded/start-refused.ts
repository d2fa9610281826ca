// The one error of this folder that is meant for a person: it says what happened, what it means and
// what to do next, so it is printed without a stack.

/** The embedded parts cannot be started as things stand; starting again changes nothing. */
export class StartRefused extends Error {
  constructor(lines: readonly string[], options?: { cause?: unknown }) {
    super(lines.join('\n'), options)
    this.name = 'StartRefused'
  }
}
