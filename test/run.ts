// Runs the tests. uvu alone exits 0 after a `before` hook that threw, when no file matches, and
// when a suite is never run, and it has no time limit: here each of these is a failure with a name.
// The last line is always `N passed, N failed, N skipped`.

import { relative, resolve } from 'node:path'
import { openAnswersFolder, VERDICT_FILE } from './runner/answers-folder.ts'
import { findTestFiles } from './runner/find-test-files.ts'
import { parseRunOptions, type RunOptions, USAGE } from './runner/options.ts'
import { createPrinter, type Printer } from './runner/printer.ts'
import { killAllTestFiles, runTestFile } from './runner/test-file-process.ts'
import { startTestServices, type TestServices } from './runner/test-services.ts'

const ROOT = resolve(import.meta.dirname, '..')
const EXIT_WRONG_USAGE = 2
const EXIT_INTERRUPTED = 130

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  const wanted = options.wanted.map((each) => relative(ROOT, resolve(each)))
  const found = findTestFiles(ROOT, wanted)
  const files = found.ok ? found.files : []
  const printer = createPrinter(files, (line) => console.log(line))
  if (!found.ok) printer.trouble(found.reason)
  else await runWithServices(files, options, printer)
  const { passed, failed } = printer.summary()
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

function readOptions(): RunOptions | null {
  try {
    return parseRunOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exitCode = EXIT_WRONG_USAGE
    return null
  }
}

async function runWithServices(
  files: readonly string[],
  options: RunOptions,
  printer: Printer,
): Promise<void> {
  let services: TestServices
  try {
    services = await startTestServices(ROOT, files)
  } catch (error) {
    printer.trouble(`The services that the tests need did not start.\n${(error as Error).stack}`)
    return
  }
  const wholeRun = options.wanted.length === 0
  const answers = openAnswersFolder(wholeRun)
  const interrupted = (): void => {
    killAllTestFiles()
    answers.remove()
    void services.stop().finally(() => process.exit(EXIT_INTERRUPTED))
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  if (services.descriptions.length > 0) console.log('Services')
  for (const line of services.descriptions) console.log(`  ${line}`)
  try {
    await runAll(files, options, { ...services.environment, ...answers.environment }, printer)
    if (wholeRun || !answers.isEmpty()) {
      printer.expect(VERDICT_FILE)
      await runOne(VERDICT_FILE, options, answers.environment, printer)
    }
  } finally {
    answers.remove()
    await services.stop()
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
}

async function runAll(
  files: readonly string[],
  options: RunOptions,
  environment: Readonly<Record<string, string>>,
  printer: Printer,
): Promise<void> {
  const waiting = [...files]
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runOne(file, options, environment, printer)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, worker))
}

async function runOne(
  file: string,
  options: RunOptions,
  environment: Readonly<Record<string, string>>,
  printer: Printer,
): Promise<void> {
  const result = await runTestFile({
    file: resolve(ROOT, file),
    limitSeconds: options.limitSeconds,
    environment,
    onReport: (report) => printer.report(file, report),
  })
  printer.finish(file, result)
}
