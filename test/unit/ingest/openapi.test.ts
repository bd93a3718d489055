/** The description of the gateway against the gateway. */
import { describe, expect, it } from 'vitest'
import { gatewayOpenApi } from '../../../core/ingest/openapi.ts'
import { problems } from '../../../core/ingest/problem.ts'
import { routes } from '../../../core/ingest/router.ts'

type Operation = {
  readonly summary: string
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: unknown
  readonly requestBody?: unknown
}

describe('the OpenAPI description', () => {
  const described = gatewayOpenApi()

  it('[GW17] lists every route, says what it is for, what it answers and who may call it', () => {
    for (const route of routes) {
      const operation = described.paths[route.path]?.[route.method.toLowerCase()] as Operation | undefined
      expect(operation?.summary).not.toBe(route.path)
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['default', expect.stringMatching(/^2\d\d$/)]))
      expect(operation?.security !== undefined).toBe(route.access === 'bearer')
      expect(operation?.requestBody !== undefined).toBe(route.maxBodyBytes > 0)
    }
    expect(Object.values(described.paths).flatMap(Object.keys)).toHaveLength(routes.length)
  })

  it('[GW17] refers to no schema that is not in it', () => {
    const references = [...JSON.stringify(described.paths).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? '')
    expect(references.length).toBeGreaterThan(10)
    expect(references.filter((name) => !(name in described.components.schemas))).toEqual([])
    expect(described.components.schemas['HeartbeatRequest']).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['sentAt', 'health']),
    })
  })
})

describe('the problems', () => {
  it('[GW3] each have a status of failure and a title', () => {
    for (const { status, title } of Object.values(problems)) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(title).not.toBe('')
    }
  })
})
