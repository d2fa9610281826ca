// What the image promises, read from the Dockerfile: small, nobody's root, stopped by a signal that
// reaches the service, with nothing in it that is not needed to serve.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { validate } from 'dockerfile-utils'
import { suite } from 'uvu'
import {
  copiesOf,
  dockerfileText,
  environmentOf,
  execFormOf,
  PROJECT,
  readStages,
  type Stage,
} from './read-dockerfile.ts'

const test = suite('Dockerfile')
const [build, runtime] = readStages()
assert.ok(build && runtime)

function only(stage: Stage, keyword: string): string {
  const found = stage.instructions.filter((each) => each.keyword === keyword)
  assert.equal(found.length, 1, `${keyword} once`)
  return found[0]?.words ?? ''
}

test('is valid, and the validator would say if it were not', () => {
  assert.deepEqual(validate(dockerfileText()), [])
  assert.notEqual(validate(dockerfileText().replace('WORKDIR', 'WORKDIRR')).length, 0)
})

test('has a stage that builds and one that runs, on one pinned image', () => {
  assert.equal(readStages().length, 2)
  assert.deepEqual([build.name, runtime.name], ['build', null])
  for (const { image } of [build, runtime]) assert.equal(image, 'node:24-bookworm-slim')
})

test('runs as a user without rights, who owns nothing but the data folder', () => {
  assert.equal(only(runtime, 'USER'), 'node')
  const keywords = runtime.instructions.map(({ keyword }) => keyword)
  for (const needsRoot of ['COPY', 'RUN']) {
    assert.ok(keywords.lastIndexOf(needsRoot) < keywords.indexOf('USER'))
  }
  assert.doesNotMatch(dockerfileText(), /--chown/)
  const folder = environmentOf(runtime).HOLDFAST_DATA
  assert.equal(only(runtime, 'VOLUME'), folder)
  assert.match(only(runtime, 'RUN'), new RegExp(`--owner=node .*--mode=0700 ${folder}$`))
})

test('starts node itself, so that the signal to stop reaches it', () => {
  assert.deepEqual(execFormOf(only(runtime, 'CMD')), ['node', 'dist/src/main.js'])
  assert.equal(only(runtime, 'STOPSIGNAL'), 'SIGTERM')
  assert.equal(
    runtime.instructions.some(({ keyword }) => keyword === 'ENTRYPOINT'),
    false,
  )
})

test('listens for the outside, which the configuration allows only with keys', () => {
  const { HOST, PORT, HOLDFAST_DEMO } = environmentOf(runtime)
  assert.equal(HOST, '0.0.0.0')
  assert.equal(only(runtime, 'EXPOSE'), PORT)
  assert.equal(HOLDFAST_DEMO, undefined)
})

test('asks for its health by node, in exec form, with all times named', () => {
  const words = only(runtime, 'HEALTHCHECK')
  for (const flag of ['interval', 'timeout', 'start-period', 'retries']) {
    assert.match(words, new RegExp(`--${flag}=\\d`))
  }
  const [program, , code] = execFormOf(words)
  assert.equal(program, 'node')
  assert.match(code ?? '', /\/livez/)
})

test('takes only modules that serve, and leaves the embedded binaries behind', () => {
  const commands = build.instructions.filter(({ keyword }) => keyword === 'RUN')
  const said = commands.map(({ words }) => words).join('\n')
  assert.match(said, /^npm ci$/m)
  assert.match(said, /npm run build && npm prune --omit=dev --omit=optional$/)
})

test('copies what exists, and what .dockerignore lets through', () => {
  const sources = [build, runtime].flatMap(copiesOf).filter(({ from }) => from === null)
  const names = sources.flatMap((copy) => copy.sources)
  assert.ok(names.length > 5)
  for (const name of names) assert.ok(existsSync(path.join(PROJECT, name)), name)
  const [first, ...allowed] = readFileSync(path.join(PROJECT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(first, '*')
  assert.deepEqual(
    allowed.toSorted(),
    names.map((name) => `!${name.replace(/^\.\//, '')}`).toSorted(),
  )
})

test('copies from the build only what the build makes', () => {
  const copies = copiesOf(runtime).filter(({ from }) => from !== null)
  assert.deepEqual(
    copies.map(({ from, sources }) => [from, ...sources]),
    ['package.json', 'node_modules', 'dist'].map((name) => ['build', `/build/${name}`]),
  )
})

test.run()
