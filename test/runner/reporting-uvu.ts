// Stands in for uvu in a test file that the runner started: the same suites and the same execution,
// but every test is reported by name, and what uvu swallows is reported too. A throwing `before`
// hook ends its suite without a failure in uvu, a throwing `after.each` hook drops the tests behind
// it, and a suite without `.run()` leaves no trace.

import * as uvu from 'uvu'
import { describeError, sendReport } from './report-channel.ts'
import { testName } from './reports.ts'

type Context = Record<string, unknown>
type Test = uvu.Test<Context>
type Callback = uvu.Callback<Context>

interface RunningTest {
  readonly name: string
  readonly startedAtMs: number
  failure: { readonly error: unknown } | null
}

interface WaitingTest {
  readonly name: string
  readonly only: boolean
}

const suitesWithWaitingTests = new Set<WaitingTest[]>()

process.on('exit', () => {
  for (const waiting of suitesWithWaitingTests) {
    for (const { name } of waiting) sendReport({ kind: 'not_run', test: name })
  }
})

/** uvu's `suite`, reported. */
export function suite<T = Context>(title = '', context?: T): uvu.Test<T> {
  return reported(uvu.suite(title, context as Context), title) as unknown as uvu.Test<T>
}

/** uvu's `test`, reported. */
export const test: Test = reported(uvu.test, '')

export const exec = uvu.exec

function reported(real: Test, suiteName: string): Test {
  const waiting: WaitingTest[] = []
  const watch = watchTests(suiteName)
  const registrar =
    (register: (name: string, handler: Callback) => void, only: boolean) =>
    (name: string, handler: Callback): void => {
      const fullName = testName(suiteName, name)
      sendReport({ kind: 'registered', test: fullName })
      waiting.push({ name: fullName, only })
      suitesWithWaitingTests.add(waiting)
      register(name, watch.handler(handler))
    }
  const skip = (name = 'a test without a name'): void => {
    sendReport({ kind: 'skipped', test: testName(suiteName, name), reason: 'test.skip' })
    real.skip()
  }
  const run = (): void => {
    reportLeftOutByOnly(waiting)
    waiting.length = 0
    suitesWithWaitingTests.delete(waiting)
    real.after.each(watch.end)
    real.run()
    real.before.each(watch.start) // uvu forgets all hooks at `.run()`
  }
  real.before.each(watch.start)
  return Object.assign(registrar(real, false), {
    only: registrar(real.only, true),
    skip,
    run,
    before: Object.assign(suiteHook(real.before, 'before', suiteName), {
      each: (hook: Callback): void => real.before.each(watch.handler(hook)),
    }),
    after: Object.assign(suiteHook(real.after, 'after', suiteName), {
      each: (hook: Callback): void => real.after.each(watch.swallowing(hook)),
    }),
  })
}

function watchTests(suiteName: string) {
  let running: RunningTest | null = null
  const attempt = async (call: Callback, context: Parameters<Callback>[0]): Promise<void> => {
    try {
      await call(context)
    } catch (error) {
      if (running !== null && running.failure === null) running.failure = { error }
      throw error
    }
  }
  return {
    start(context: Parameters<Callback>[0]): void {
      const name = testName(suiteName, context.__test__)
      running = { name, startedAtMs: performance.now(), failure: null }
      sendReport({ kind: 'started', test: name })
    },
    handler:
      (call: Callback): Callback =>
      (context) =>
        attempt(call, context),
    // uvu calls the hooks again after one of them threw, and gives up when it throws again.
    swallowing:
      (call: Callback): Callback =>
      (context) =>
        attempt(call, context).catch(() => {}),
    end(): void {
      if (running === null) return
      const { name, startedAtMs, failure } = running
      running = null
      const durationMs = performance.now() - startedAtMs
      if (failure === null) sendReport({ kind: 'passed', test: name, durationMs })
      else {
        const error = describeError(failure.error)
        sendReport({ kind: 'failed', test: name, durationMs, error })
      }
    },
  }
}

function suiteHook(
  register: (hook: Callback) => void,
  hook: 'before' | 'after',
  suiteName: string,
): (call: Callback) => void {
  return (call) =>
    register(async (context) => {
      try {
        await call(context)
      } catch (error) {
        sendReport({ kind: 'hook_failed', hook, suite: suiteName, error: describeError(error) })
        if (hook === 'before') throw error
      }
    })
}

function reportLeftOutByOnly(waiting: readonly WaitingTest[]): void {
  if (!waiting.some((each) => each.only)) return
  for (const { name, only } of waiting) {
    if (!only) sendReport({ kind: 'skipped', test: name, reason: 'a test.only is in its suite' })
  }
}
