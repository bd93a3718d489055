/** The API for other programs: plain HTTP, and the OpenAPI 3.1 document of it and of the gateway, generated from the contract's schemas. */
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { onError } from '@orpc/server'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { masterContract } from '../../contract/contract.ts'
import { gatewayOpenApi } from '../../ingest/openapi.ts'
import { type MasterContext, masterRouter } from './router.ts'

/** `translate` turns what was thrown into what crosses the wire, and throws it. */
export function createRestHandler(translate: (error: unknown) => never): OpenAPIHandler<MasterContext> {
  return new OpenAPIHandler(masterRouter, { interceptors: [onError(translate)] })
}

let made: Promise<unknown> | undefined

export function openApiDocument(version: string): Promise<unknown> {
  made ??= generate(version)
  return made
}

async function generate(version: string): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(masterContract, {
    info: { title: 'IBCF Field Console', version, description: 'What a master answers, and what nodes say to it (/v1).' },
    servers: [{ url: '/api/main', description: 'The fleet' }],
  })
  const gateway = gatewayOpenApi()
  return {
    ...document,
    paths: { ...document.paths, ...gateway.paths },
    components: {
      ...document.components,
      ...gateway.components,
      schemas: { ...document.components?.schemas, ...gateway.components?.schemas },
    },
  }
}
