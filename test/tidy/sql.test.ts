// SQL has its own files, one statement each, all of them in use.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { checkSqlOpenings } from './checks/comments.ts'
import { checkSqlFiles, statementCountOf } from './checks/sql-files.ts'
import { checkSqlInTypeScript } from './checks/sql-in-typescript.ts'
import { readRepository } from './repository.ts'
import { parseSources } from './source-file.ts'
import { triedOn } from './tried-on.ts'
import { assertNone } from './violation.ts'

const repository = readRepository()
const sql = suite('sql')

sql('there is no SQL in TypeScript', () => {
  assertNone(checkSqlInTypeScript(repository.sources))
})

sql('each SQL file is one statement, explained, and used', () => {
  assertNone(checkSqlFiles(repository.sqlFiles, repository.sources))
})

sql('every SQL file opens with a comment', () => {
  assertNone(checkSqlOpenings(repository.sqlFiles))
})

sql('the text check finds statements and leaves prose alone', () => {
  const found = triedOn(checkSqlInTypeScript, {
    'src/a.ts': `const a = 'select sku from ledger_entry'
      const b = \`
        INSERT INTO ledger_entry (sku) VALUES ($1)\`
      const c = "update shard set epoch = 2"
      const d = \`delete from \${table}\`
      const e = \`with heads as (select 1) select * from heads\``,
    'src/b.ts': `const a = 'Please select a card, or pay from another account.'
      const b = 'Update the key and set it again.'
      const c = 'select 1'
      const d = 'insert into the slot'.length && 'deleted from the cart'`,
    'test/c.test.ts': "await pool.query('select sku from ledger_entry')",
  })
  assert.deepEqual(found, [
    'src/a.ts:1 SQL in a text',
    'src/a.ts:2 SQL in a text',
    'src/a.ts:4 SQL in a text',
    'src/a.ts:5 SQL in a text',
    'src/a.ts:6 SQL in a text',
    'src/b.ts:4 SQL in a text',
  ])
})

sql('statements are counted without those in comments, texts and bodies', () => {
  assert.equal(statementCountOf('-- one; two;\nselect 1'), 1)
  assert.equal(statementCountOf('select \';\' as "a;b"; /* ; */'), 1)
  assert.equal(statementCountOf('do $body$ begin perform 1; end $body$;'), 1)
  assert.equal(statementCountOf('select 1; select 2;'), 2)
  assert.equal(statementCountOf('-- nothing'), 0)
})

sql('the file check finds wrong tops, several statements and unused files', () => {
  const folder = 'persistence/postgres/sql'
  const files = [
    { path: `${folder}/append.sql`, text: '-- append.sql: append.\nselect 1' },
    { path: `${folder}/read.sql`, text: '-- reads.\nselect 1; select 2' },
    { path: `${folder}/lost.sql`, text: '-- lost.sql: nobody runs it.\nselect 1' },
    { path: 'persistence/postgres/migrations/001_ledger.sql', text: 'create; create' },
  ]
  const sources = parseSources({
    'persistence/postgres/ledger.ts': "load('append')\nload('./sql/read.sql')",
    'test/a.test.ts': "load('lost')",
  })
  const found = checkSqlFiles(files, sources).map(({ path, found: what }) => `${path} ${what}`)
  assert.deepEqual(found, [
    `${folder}/read.sql not the opening of an SQL file`,
    `${folder}/read.sql 2 statements`,
    `${folder}/lost.sql a statement that nobody runs`,
  ])
  assert.equal(checkSqlOpenings(files).length, 1)
})

sql.run()
