// A command line that cannot be understood; the message says how it is meant.

export class WrongUsage extends Error {
  /** `help` is the whole text of --help; its beginning, the usage, is repeated. */
  constructor(problem: string, help: string) {
    const [usage = ''] = help.split('\n\n')
    super(`${problem}\n\n${usage}\n\nThe same with --help says more.`)
    this.name = 'WrongUsage'
  }
}
