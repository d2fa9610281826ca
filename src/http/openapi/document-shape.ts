// The parts of an OpenAPI 3.1 document that this service reads or writes itself.

/** A JSON Schema of the document, as data. */
export interface Schema {
  readonly [keyword: string]: unknown
}

export interface MediaType {
  readonly schema: Schema
  readonly example?: unknown
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

export interface HeaderReferences {
  /** By the name on the wire; the target is in `components.headers`. */
  readonly [name: string]: { readonly $ref: string }
}

export interface DeclaredHeader {
  readonly description: string
  readonly required: boolean
  readonly schema: Schema
}

export interface DeclaredAnswer {
  readonly description: string
  readonly headers?: HeaderReferences
  /** Without it the answer has no body. */
  readonly content?: Readonly<Record<string, MediaType>>
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  /** Empty: anyone may ask. */
  readonly security: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, MediaType>>
  }
  /** By status. */
  readonly responses: Readonly<Record<string, DeclaredAnswer>>
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly info: {
    readonly title: string
    readonly version: string
    readonly summary: string
    readonly description: string
  }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  /** By path, then by method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly headers: Readonly<Record<string, DeclaredHeader>>
    readonly securitySchemes: Readonly<Record<string, Schema>>
  }
}
