// For figures that a person wants to see in a green run, such as a measured rate.

import { hasRunner, sendReport } from './report-channel.ts'

/** Prints one line among the tests of the file. */
export function noteInReport(text: string): void {
  if (hasRunner()) sendReport({ kind: 'note', text })
  else console.log(text)
}
