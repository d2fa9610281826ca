// A command line that cannot be understood; the message says how it is meant.

export class WrongUsage extends Error {
  constructor(problem: string, help: string) {
    super(`${problem}\n\n${help}`)
    this.name = 'WrongUsage'
  }
}
