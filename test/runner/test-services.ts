// The services (Postgres, Redis) that the selected tests need: started once for all files, named
// before anything runs, and handed to every test process through its environment.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// Tests in these folders touch nothing outside their own process.
const FOLDERS_WITHOUT_SERVICES = ['test/tidy/', 'test/domain/', 'test/runner/']

const SUPPORT_MODULE = 'test/support/services.ts'

export interface TestServices {
  readonly environment: Readonly<Record<string, string>>
  readonly descriptions: readonly string[]
  stop(): Promise<void>
}

interface SupportModule {
  startServices(): Promise<Record<string, string>>
  describeServices(): Promise<readonly string[]>
  stopServices(): Promise<void>
}

const noServices: TestServices = { environment: {}, descriptions: [], stop: async () => {} }

/** Starts what the files need, and nothing when none of them needs a service. */
export async function startTestServices(
  root: string,
  files: readonly string[],
): Promise<TestServices> {
  const needed = files.some(
    (file) => !FOLDERS_WITHOUT_SERVICES.some((folder) => file.startsWith(folder)),
  )
  const path = join(root, SUPPORT_MODULE)
  if (!needed || !existsSync(path)) return noServices
  const support = (await import(pathToFileURL(path).href)) as SupportModule
  try {
    const environment = await support.startServices()
    const descriptions = await support.describeServices()
    return { environment, descriptions, stop: () => support.stopServices() }
  } catch (error) {
    await support.stopServices()
    throw error
  }
}
