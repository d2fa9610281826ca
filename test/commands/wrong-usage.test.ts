// Every command against what people mistype and what lies in wrong places: an exit code that says
// which kind of wrong it was, words that name it, no stack trace, and nothing made or changed.

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import { nearestWord } from '../../src/commands/nearest-word.ts'
import { runCommandLine } from '../../src/commands/run-command-line.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { catalogueRowsOf } from './catalogue-rows-of.ts'
import { runHoldfast, runInThisProcess, testFolder } from './run-holdfast.ts'

const COMMANDS = [
  'serve',
  'migrate',
  'seed',
  'import',
  'token',
  'audit',
  'sku show',
  'checkout show',
  'doctor',
]
const HEADER = 'sku,name,price,currency,seller_id,stock'

const usage = suite('wrong usage')
const folder = testFolder()
const dataDir = folder.file('data')
// Nothing answers there: whoever gets as far as the database fails at once.
const environment = { HOLDFAST_DATA: dataDir, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }

usage.after(() => folder.remove())

const run = (...argv: string[]) => runInThisProcess(environment, argv)

for (const name of COMMANDS) {
  usage(`${name} --help: usage, options, examples, environment, exit codes`, async () => {
    for (const argv of [
      [...name.split(' '), '--help'],
      ['help', ...name.split(' ')],
    ]) {
      const { code, said } = await run(...argv)
      assert.equal(code, 0)
      assert.match(said, new RegExp(`^Usage: holdfast ${name}`))
      for (const part of ['Examples:\n', 'Environment:', 'Exit codes:']) {
        assert.ok(said.includes(part), `${name}: ${part}`)
      }
      assert.ok(said.split('\n').every((line) => line.length <= 100))
    }
  })

  usage(`${name}: an unknown option is named, with what may have been meant`, async () => {
    const { code, complained } = await run(...name.split(' '), '--jsno')
    assert.equal(code, 2)
    assert.match(complained, /There is no option --jsno\.|is missing/)
    assert.match(complained, new RegExp(`Usage: holdfast ${name}`))
  })
}

usage('--help lists every command, and wins over wrong settings', async () => {
  const { code, said } = await run('--help')
  assert.equal(code, 0)
  for (const name of COMMANDS) assert.match(said, new RegExp(`^  ${name} `, 'm'))
  assert.equal(await runCommandLine(['token', '--help'], { PORT: 'abc' }), 0)
})

usage('--help and the README name every setting that is read', async () => {
  const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const names = [...read('src/config.ts').matchAll(/read\.\w+\('([A-Z_]+)'/g)].map(
    ([, name]) => name,
  )
  assert.ok(names.length > 25, names.join())
  const { said } = await run('--help')
  for (const text of [said, read('README.md')]) {
    assert.deepEqual(
      names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
      [],
    )
  }
})

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /Usage: holdfast <command>/],
  [['imprt', 'x.csv'], /no command "imprt"\. Did you mean "import"\?/],
  [['sku'], /no command "sku"\. Did you mean "sku show"\?/],
  [['sku', 'shwo', 'A'], /Did you mean "sku show"\?/],
  [['checkout', 'A'], /Did you mean "checkout show"\?/],
  [['help', 'tokn'], /Did you mean "token"\?/],
  [['xyzzy'], /no command "xyzzy"\.$/m],
  [['--version-of-what'], /no command "--version-of-what"/],
  [['serve', 'now'], /"now" is one argument too many/],
  [['migrate', '--stauts'], /no option --stauts\. Did you mean --status\?/],
  [['migrate', '--status=yes'], /--status takes no value/],
  [['migrate', '-s'], /no option -s/],
  [['seed', '--agian'], /Did you mean --again\?/],
  [['import'], /FILE is missing/],
  [['import', ''], /FILE is missing/],
  [['import', 'a.csv', 'b.csv'], /"b.csv" is one argument too many/],
  [['import', 'a.csv', '--rejects'], /--rejects takes a value/],
  [
    ['import', 'a.csv', '--rejects', '--strict'],
    /--rejects takes a value, and --strict looks like/,
  ],
  [['import', 'a.csv', '--rejects', 'x', '--rejects', 'y'], /--rejects is there twice/],
  [['import', 'a.csv', '--id', 'x'], /--id names a delivery, so it needs --receive/],
  [['import', '-', '--receive'], /From standard input --receive needs --id/],
  [['import', 'a.csv', '--receive', '--id', 'with space'], /--id takes 1 to 100 visible/],
  [['token'], /^--user is missing\./],
  [['token', '--user', 'u', '--role', 'op'], /no role "op"\. Did you mean ops\?/],
  [['audit', 'everything'], /one argument too many/],
  [['sku', 'show'], /SKU is missing/],
  [['sku', 'show', ' A'], /A SKU is 1 to 64/],
  [['sku', 'show', 'A\n'], /A SKU is 1 to 64/],
  [['sku', 'show', 'A', '--limit', '1e9'], /--limit takes a whole number/],
  [['checkout', 'show', '12'], /An ID is chk_/],
  [['checkout', 'show', `chk_${'g'.repeat(32)}`], /An ID is chk_/],
  [['doctor', '--units', '-5'], /looks like an option/],
  [['doctor', '--units', 'many'], /--units takes a whole number/],
]

for (const [argv, expected] of WRONG) {
  usage(`holdfast ${JSON.stringify(argv.join(' '))} is wrong usage`, async () => {
    const { code, said, complained } = await run(...argv)
    assert.equal(code, 2, complained)
    assert.equal(said, '')
    assert.match(complained, expected)
    assert.doesNotMatch(complained, /^ {4}at /m)
    assert.equal(existsSync(dataDir), false, 'something was made')
  })
}

/** Writes the file, answers its path. */
function file(name: string, content: string | Buffer): string {
  writeFileSync(folder.file(name), content)
  return folder.file(name)
}

usage('files that cannot be imported: which, why, and nothing is imported', async () => {
  mkdirSync(folder.file('folder'))
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[folder.file('missing.csv')], /missing\.csv cannot be used: there is no such file/],
    [[folder.file('folder')], /cannot be imported: it is a folder/],
    [[`${file('plain', 'x')}/below.csv`], /a part of its path is no folder/],
    [['a\0b'], /a character that no file name can have/],
    [['x'.repeat(5_000)], /the name is too long/],
    [
      [file('good.csv', `${HEADER}\n`), '--rejects', folder.file('folder')],
      /cannot be used: it is a/,
    ],
    [[file('good.csv', `${HEADER}\n`), '--rejects', folder.file('no/x')], /there is no such file/],
  ]
  for (const [argv, expected] of cases) {
    const { code, said, complained } = await run('import', ...argv)
    assert.deepEqual([code, said], [1, ''], complained)
    assert.match(complained, expected)
    assert.doesNotMatch(complained, /^ {4}at /m)
  }
})

if (process.getuid?.() === 0) skipTest('a file that may not be read', 'root may read every file')
else {
  usage('a file that may not be read is refused in words', async () => {
    chmodSync(file('secret.csv', HEADER), 0)
    const { code, complained } = await run('import', folder.file('secret.csv'))
    assert.equal(code, 1)
    assert.match(complained, /reading it is not allowed/)
  })
}

usage('a database that does not answer is said so, without a stack, by every command', async () => {
  const good = file('good.csv', `${HEADER}\nA,One,1,EUR,s,1\n`)
  const id = `chk_${'0'.repeat(12)}7${'0'.repeat(3)}8${'0'.repeat(15)}`
  const lines = [['migrate'], ['seed'], ['import', good], ['audit'], ['sku', 'show', 'A']]
  for (const argv of [...lines, ['checkout', 'show', id], ['migrate', '--status']]) {
    const { code, said, complained } = await run(...argv)
    assert.deepEqual([code, said], [1, ''], argv.join(' '))
    assert.match(complained, /ECONNREFUSED.*DATABASE_URL/s)
    assert.doesNotMatch(complained, /^ {4}at /m)
  }
})

usage('as a process: the exit code, and nothing on standard output', async () => {
  const { code, said, complained } = await runHoldfast(['imprt'], { env: environment })
  assert.deepEqual([code, said], [2, ''])
  assert.match(complained, /Did you mean "import"/)
})

usage('a command that only reads makes no shop where there is none', async () => {
  const env = { HOLDFAST_DATA: folder.file('nowhere') }
  for (const argv of [
    ['sku', 'show', 'A'],
    ['migrate', '--status'],
  ]) {
    const complained: string[] = []
    const { error } = console
    console.error = (line: string) => complained.push(line)
    try {
      assert.equal(await runCommandLine(argv, env), 1)
    } finally {
      console.error = error
    }
    assert.match(complained.join('\n'), /There is no shop in .*nothing was made/s)
  }
  assert.equal(readdirSync(folder.path).includes('nowhere'), false)
})

usage('near words are slips of the finger, not other words', () => {
  const known = ['import', 'audit', 'token', 'doctor']
  assert.equal(nearestWord('improt', known), 'import')
  assert.equal(nearestWord('adit', known), 'audit')
  assert.equal(nearestWord('doc', known), 'doctor')
  assert.equal(nearestWord('export-everything', known), null)
  assert.equal(nearestWord('', known), null)
})

usage('as a command it says that nothing of such a file was imported', async () => {
  const database = await openTestDatabase(import.meta.url)
  if (database === null) return skipTest('a file without a catalogue', 'no Postgres was found')
  const env = { ...environment, DATABASE_URL: database.url }
  const cases = [
    [[file('empty.csv', '')], /is empty/],
    [[file('broken.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3])), '--receive'], /cut off or broken/],
  ] as const
  for (const [argv, expected] of cases) {
    const { code, complained } = await runHoldfast(['import', ...argv], { env })
    assert.equal(code, 1, complained)
    assert.match(complained, expected)
    assert.match(complained, /^Nothing was imported\.$/m)
    assert.doesNotMatch(complained, /stays/)
  }
  // Ten thousand rows are one batch: those of a file that breaks off later are there.
  const rows = Array.from({ length: 60_000 }, (_, at) => `CUT-${at},One,1.00,EUR,s,1`)
  const packed = gzipSync(`${HEADER}\n${rows.join('\n')}\n`)
  const cut = file('cut.gz', packed.subarray(0, packed.length - 20))
  const { complained } = await runHoldfast(['import', cut], { env })
  assert.match(complained, /^What was imported before that stays; importing the whole file/m)
  await database.close(true)
})

usage('broken gzip, binary files, other headers: what cannot be read is said', async () => {
  const whole = gzipSync(`${HEADER}\n${'A,One,1,EUR,s,1\n'.repeat(10_000)}`)
  const cases = [
    [whole.subarray(0, whole.length - 20), /cut off or broken/],
    [Buffer.from([0x1f, 0x8b, 1, 2, 3]), /cut off or broken/],
    [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), /must name the columns/],
    [Buffer.alloc(3_000_000, 'x'), /a line is longer than a million/],
    [Buffer.from('sku;name;price;currency;seller_id;stock\n'), /must name the columns/],
    [Buffer.alloc(0), /is empty/],
    [Buffer.from('\ufeff'), /is empty/],
  ] as const
  for (const [bytes, expected] of cases) await assert.rejects(catalogueRowsOf(bytes), expected)
})

usage.run()
