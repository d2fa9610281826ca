// Writes the types of the client anew; format them afterwards with `npm run format`.

import { writeFileSync } from 'node:fs'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { httpWorld } from '../http/http-world.ts'
import { clientTypes } from './paths-of-document.ts'

const { schemas, paths } = clientTypes(openApiDocument((await httpWorld()).app))
writeFileSync(new URL('./api-schemas.ts', import.meta.url), schemas)
writeFileSync(new URL('./api-paths.ts', import.meta.url), paths)
