// `holdfast serve`: what npm start does, by the command line.

import type { Command } from './command.ts'
import { readOptions } from './read-options.ts'
import { serve } from './serve.ts'

const HELP = `Usage: holdfast serve

Starts the service and stays until it is told to stop (SIGTERM, SIGINT, SIGHUP). What DATABASE_URL,
REDIS_URL and STRIPE_SECRET_KEY do not name is brought along: PostgreSQL, Redis and a payment
simulator, as children of the service. An empty shop gets the sample catalogue while no Stripe key
is set.

Examples:
  holdfast serve
  PORT=9090 HOLDFAST_DATA=/srv/holdfast holdfast serve

Environment: all of it; holdfast --help lists the names, the README explains them. Settings that
cannot be right are reported all at once, before anything starts.

Exit codes: 0 told to stop, 1 could not start or had to stop, 2 wrong usage or settings.`

export const serveCommand: Command = {
  name: 'serve',
  summary: 'start the service and stay until told to stop (what npm start does)',
  help: HELP,
  run(config, argv) {
    readOptions(argv, { options: {}, help: HELP })
    return serve(config, (line) => console.log(line))
  },
}
