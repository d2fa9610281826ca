// The checks of this folder see every TypeScript file there is, and each of them can be read.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { readRepository, sourcePathsOfGit } from './repository.ts'
import { parseSource } from './source-file.ts'

const scan = suite('scan')

scan('every TypeScript file that git lists is scanned', () => {
  const scanned = new Set(readRepository().sources.map((file) => file.path))
  const listed = sourcePathsOfGit()
  assert.ok(listed.length > 0, 'git lists no TypeScript file: the listing itself is broken')
  const missed = listed.filter((path) => !scanned.has(path))
  assert.deepEqual(missed, [], 'These files are checked by nothing. Mend the walk in repository.ts')
})

scan('every TypeScript file can be parsed', () => {
  const broken = readRepository().sources.flatMap((file) =>
    file.parseErrors.map((error) => `${file.path}: ${error}`),
  )
  assert.deepEqual(broken, [])
})

scan('a file that cannot be parsed says so, and lines are counted from 1', () => {
  const file = parseSource('a.ts', 'const one = 1\nconst = 2\n')
  assert.equal(file.parseErrors.length, 1)
  assert.deepEqual([0, 13, 14, 23].map(file.lineOf), [1, 1, 2, 2])
  assert.equal(file.lines.length, 2)
})

scan.run()
