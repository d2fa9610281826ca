// Sizes and names: files that can be read in one sitting, functions that fit on a screen.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { noteInReport } from '../runner/note.ts'
import { checkExports } from './checks/exports.ts'
import { checkFileNames } from './checks/file-names.ts'
import { checkFileSizes, fileSizesOf } from './checks/file-sizes.ts'
import { checkFunctionSizes } from './checks/function-sizes.ts'
import { checkLineWidths } from './checks/line-widths.ts'
import { readRepository } from './repository.ts'
import { triedOn } from './tried-on.ts'
import { assertNone } from './violation.ts'

const repository = readRepository()
const shape = suite('shape')

shape('files are short', () => {
  const { median, nineInTen, largest } = fileSizesOf(repository.sources)
  noteInReport(`file lines: median ${median}, 90 % at most ${nineInTen}, largest ${largest}`)
  assertNone(checkFileSizes(repository.sources))
})

shape('functions are short', () => {
  assertNone(checkFunctionSizes(repository.sources))
})

shape('lines are at most 100 columns wide', () => {
  const files = [...repository.sources, ...repository.sqlFiles]
  assertNone(checkLineWidths(files))
})

shape('files are named for what they hold', () => {
  assertNone(checkFileNames(repository.sources))
})

shape('there are no barrels and no default exports', () => {
  assertNone(checkExports(repository.sources))
})

shape('the size checks find long files, many longish ones, long functions and wide lines', () => {
  const lines = (count: number): string => 'one()\n'.repeat(count)
  assert.deepEqual(
    triedOn(checkFileSizes, {
      'a.ts': lines(500),
      'b.ts': lines(501),
      ...Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`c${index}.ts`, 'one()\n'])),
    }),
    ['b.ts:501 501 lines'],
  )
  assert.deepEqual(triedOn(checkFileSizes, { 'a.ts': lines(301), 'b.ts': lines(10) }), [
    'a.ts:1 301 lines, one of too many long files',
  ])
  assert.deepEqual(
    triedOn(checkFunctionSizes, {
      'a.ts': `function short() {\n${lines(68)}}\nfunction long() {\n${lines(69)}}`,
      'b.ts': `const arrow = () => {\n${lines(69)}}\nclass A {\n method() {\n${lines(69)}}\n}`,
    }),
    [
      'a.ts:71 a function of 71 lines',
      'b.ts:1 a function of 71 lines',
      'b.ts:73 a function of 71 lines',
    ],
  )
  assert.deepEqual(
    triedOn(checkLineWidths, { 'a.ts': `// ${'x'.repeat(97)}\n// ${'x'.repeat(98)}` }),
    ['a.ts:2 101 columns'],
  )
})

shape('the size figures are the middle, nine in ten, and the end', () => {
  const files = Array.from({ length: 10 }, (_, index) => ({
    lines: Array.from({ length: index + 1 }, () => ''),
  }))
  const sizes = fileSizesOf(files as unknown as Parameters<typeof fileSizesOf>[0])
  assert.deepEqual(sizes, { median: 5, nineInTen: 9, largest: 10 })
})

shape('the name check finds drawers, index files and other cases', () => {
  const found = triedOn(checkFileNames, {
    'src/cart/utils.ts': '',
    'src/cart/cart-helpers.ts': '',
    'src/lib/cart.ts': '',
    'src/index.ts': '',
    'src/cartLine.ts': '',
    'test/cart-lines.test.ts': '',
    'src/common-carrier.ts': '',
  })
  assert.deepEqual(found, [
    "src/cart/utils.ts:1 the name 'utils'",
    "src/cart/cart-helpers.ts:1 the name 'cart-helpers'",
    "src/lib/cart.ts:1 the name 'lib'",
    "src/index.ts:1 the name 'index'",
    "src/cartLine.ts:1 the name 'cartLine'",
  ])
})

shape('the export check finds defaults and re-exports', () => {
  const found = triedOn(checkExports, {
    'a.ts': "export const a = 1\nexport default a\nexport * from './b.ts'",
    'b.ts': "export { c } from './c.ts'\nconst d = 1\nexport { d as default }\nexport { d }",
  })
  assert.deepEqual(found, [
    'a.ts:2 a default export',
    'a.ts:3 export * from',
    'b.ts:1 export … from',
    'b.ts:3 a default export',
  ])
})

shape.run()
