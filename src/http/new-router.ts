// A router of this service: one whose invalid requests are refused like everywhere else.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { HttpEnv } from './http-env.ts'
import { refuseInvalid } from './refuse-invalid.ts'
import { speakOfFields } from './schemas/field-words.ts'

export type Router = OpenAPIHono<HttpEnv>

export function newRouter(): Router {
  speakOfFields()
  return new OpenAPIHono<HttpEnv>({ defaultHook: refuseInvalid })
}
