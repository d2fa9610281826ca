// Statements live in sql/*.sql, one a file, and are read once. A statement is sent under its file's
// name, so that Postgres plans it once per connection.

import { readFileSync } from 'node:fs'

export interface Statement {
  readonly name: string
  readonly text: string
}

/** Reads sql/<name>.sql; throws when there is none. */
export function loadSql(name: string): Statement {
  return { name, text: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8') }
}
