import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actBytes } from '../../../core/app/recorder.ts'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createCrypto } from '../../../core/platform/crypto.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readEventById, readEventsAfter } from '../../../core/store/read-events.ts'
import { openStore } from '../../../core/store/open.ts'
import { runCommand, type Running, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'

const home = temporaryDirectory('api')
const directory = join(home.path, 'master')
const pages = join(home.path, 'pages')
let master: Running
const call = (procedure: string, input: unknown = {}, operator?: string): Promise<unknown> =>
  callProcedure(targetOfDirectory(directory, createFiles()), 'main', procedure, input, operator, new AbortController().signal)

beforeAll(async () => {
  mkdirSync(pages)
  writeFileSync(join(pages, 'index.html'), '<meta property="csp-nonce" nonce="__CSP_NONCE__"><p>console</p>')
  master = await startCommand('master', '--data', directory, '--listen', '127.0.0.1:0', '--console', pages)
})
afterAll(async () => {
  await master.stop()
  home.dispose()
})

describe('the API of a running master', () => {
  it('[OP2] refuses an act that names no operator, and writes nothing', async () => {
    const before = await events()
    await expect(call('domain.create', { name: 'Pit', parentId: await rootId(), level: 'LOCAL' })).rejects.toMatchObject({
      kind: 'Unauthorised',
      code: 'OPERATOR_REQUIRED',
    })
    expect(await events()).toBe(before)
  })

  it('[OP1] makes the first operator with every right, and the others by such a one', async () => {
    await expect(call('operator.create', { name: 'Vi', role: 'viewer' })).rejects.toMatchObject({ code: 'FIRST_OPERATOR_ROLE' })
    await call('operator.create', { name: 'Ada', role: 'authority' })
    await call('operator.create', { name: 'Vi', role: 'viewer' })
    await expect(call('operator.create', { name: 'vi', role: 'viewer' }, 'Ada')).rejects.toMatchObject({ code: 'OPERATOR_NAME_TAKEN' })
    await expect(call('operator.create', { name: 'Eve', role: 'authority' }, 'Vi')).rejects.toMatchObject({ code: 'ROLE_TOO_LOW' })
    await expect(call('operator.create', { name: 'Eve', role: 'authority' }, 'Nobody')).rejects.toMatchObject({ code: 'OPERATOR_UNKNOWN' })
  })

  it('[OP2] [OP3] signs every act with the key of its operator', async () => {
    await expect(call('domain.create', { name: 'Pit', parentId: await rootId(), level: 'LOCAL' }, 'Vi')).rejects.toMatchObject({
      code: 'ROLE_TOO_LOW',
    })
    const { domainId } = (await call('domain.create', { name: 'Pit', parentId: await rootId(), level: 'LOCAL' }, 'Ada')) as {
      domainId: string
    }
    const { eventIds } = (await call('domain.configure', { domainId, thresholds: { delayedAfterS: 5 } }, 'Ada')) as { eventIds: [string] }
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports: createPorts('test', 'silent') })
    const event = readEventById(store.reader, eventIds[0])?.event
    const created = readEventsAfter(store.reader, 0, 100).find(
      ({ event: other }) => other?.type === 'ibcf.operator.created.v1' && other.subject === (event?.actor as string),
    )?.event
    expect(event?.actorproof).toBeDefined()
    const { type, subject, time, actor = '', data } = event ?? { type: '', subject: '', time: '', data: {} }
    const key = Buffer.from(String(created?.data['publicKey']), 'base64')
    const proof = Buffer.from(event?.actorproof ?? '', 'base64')
    expect(createCrypto().verify(key, actBytes({ type, subject, time, actor, data }), proof)).toBe(true)
    expect(createCrypto().verify(key, actBytes({ type, subject, time, actor, data: { thresholds: { delayedAfterS: 6 } } }), proof)).toBe(
      false,
    )
    await expect(call('domain.configure', { domainId, thresholds: { delayedAfterS: 900 } }, 'Ada')).rejects.toMatchObject({
      kind: 'Invalid',
      code: 'THRESHOLDS_DISORDERED',
    })
  })

  it('[AP2] answers bad input with a kind, a code and a sentence, and what is not there with its own', async () => {
    await expect(call('node.get', { nodeId: 'x' })).rejects.toMatchObject({
      kind: 'Invalid',
      code: 'SCHEMA_MISMATCH',
      facts: { path: 'nodeId' },
    })
    await expect(call('node.get', { nodeId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'NODE_UNKNOWN',
    })
    await expect(call('demo.get')).rejects.toMatchObject({ code: 'NOT_A_DEMO' })
    await expect(call('sail.away')).rejects.toMatchObject({ kind: 'NotFound', code: 'PROCEDURE_UNKNOWN' })
    const refused = await runCommand(
      'call',
      'domain.create',
      '{"name":"x","parentId":"01ARZ3NDEKTSV4RRFFQ69G5FAV","level":"LOCAL"}',
      '--data',
      directory,
      '--operator',
      'Ada',
    )
    expect([refused.status, refused.stderr]).toEqual([3, 'No such domain is known here. (DOMAIN_UNKNOWN)\n'])
  })

  it('[AP1] lets nobody in without the token, once-only tokens once, and no page of another origin', async () => {
    const { url, consoleUrl } = master.ready as { url: string; consoleUrl: string }
    const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"json":{}}' }
    expect((await fetch(`${url}/rpc/main/fleet/overview`, body)).status).toBe(401)
    expect(
      (await fetch(`${url}/rpc/main/fleet/overview`, { ...body, headers: { ...body.headers, authorization: 'Bearer nonsense' } })).status,
    ).toBe(401)
    const first = await fetch(consoleUrl, { redirect: 'manual' })
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect([first.status, first.headers.get('set-cookie')]).toEqual([303, expect.stringMatching(/HttpOnly; SameSite=Strict/)])
    expect((await fetch(consoleUrl, { redirect: 'manual' })).status).toBe(401)
    const withCookie = { ...body, headers: { ...body.headers, cookie } }
    expect((await fetch(`${url}/rpc/main/fleet/overview`, withCookie)).status).toBe(200)
    expect(
      (await fetch(`${url}/rpc/main/fleet/overview`, { ...withCookie, headers: { ...withCookie.headers, 'sec-fetch-site': 'cross-site' } }))
        .status,
    ).toBe(401)
    expect(
      (await fetch(`${url}/rpc/main/fleet/overview`, { ...withCookie, headers: { ...withCookie.headers, origin: 'http://elsewhere' } }))
        .status,
    ).toBe(401)
  })

  it('[AP1] serves its pages under a strict policy with a fresh nonce, and nothing outside them', async () => {
    const { url = '' } = master.ready
    const [one, two] = [await fetch(`${url}/`), await fetch(`${url}/`)]
    const nonce = /'nonce-([^']+)'/.exec(one.headers.get('content-security-policy') ?? '')?.[1]
    expect(await one.text()).toContain(`nonce="${nonce}"`)
    expect(two.headers.get('content-security-policy')).not.toBe(one.headers.get('content-security-policy'))
    for (const path of ['/../identity.json', '/%2e%2e/master/keys.json', '/..%2fmaster%2fkeys.json', '/keys.json', '/index.html%00.js']) {
      const answer = await fetch(`${url}${path}`)
      expect([path, answer.status]).toEqual([path, 404])
    }
    expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(400)
  })

  it('[AP2] refuses a call that is too large before reading it', async () => {
    const { url = '' } = master.ready
    const target = targetOfDirectory(directory, createFiles())
    const answer = await fetch(`${url}/rpc/main/fleet/overview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.token}` },
      body: 'x'.repeat(1024 * 1024 + 1),
    })
    expect([answer.status, ((await answer.json()) as { json: { data: { code: string } } }).json.data.code]).toEqual([413, 'CALL_TOO_LARGE'])
  })

  it('[AP3] tells at once what changed, as server-sent events', async () => {
    const stop = new AbortController()
    const ticks = (await callProcedure(
      targetOfDirectory(directory, createFiles()),
      'main',
      'live.changes',
      {},
      undefined,
      stop.signal,
    )) as AsyncIterable<{ topics: string[]; position: number }>
    const seen: string[] = []
    let first: number | undefined
    for await (const tick of ticks) {
      seen.push(...tick.topics)
      if (first === undefined) {
        first = tick.position
        await call('domain.create', { name: 'Camp', parentId: await rootId(), level: 'LOCAL' }, 'Ada')
      } else {
        expect(tick.position).toBeGreaterThan(first)
        break
      }
    }
    stop.abort()
    expect(seen).toContain('domains')
  })

  it('[CL1] says that the master is gone when it goes in the middle of a stream, and when only its mark is left', async () => {
    const own = join(home.path, 'gone')
    const running = await startCommand('master', '--data', own)
    const target = targetOfDirectory(own, createFiles())
    const { signal } = new AbortController()
    const ticks = (await callProcedure(target, 'main', 'live.changes', {}, undefined, signal)) as AsyncIterable<unknown>
    const read = async (): Promise<void> => {
      for await (const _ of ticks) await running.stop('SIGKILL')
    }
    await expect(read()).rejects.toMatchObject({ code: 'MASTER_UNREACHABLE' })
    const after = await runCommand('call', 'master.get', '--data', own)
    expect([after.status, after.stderr]).toEqual([4, 'The master does not answer. (MASTER_UNREACHABLE)\n'])
  })

  it('[AP4] publishes an OpenAPI 3.1 document of the API and the gateway', async () => {
    const document = (await (await fetch(`${master.ready.url}/openapi.json`)).json()) as { openapi: string; paths: Record<string, unknown> }
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(await (await fetch(`${master.ready.url}/v9`)).json()).toMatchObject({ code: 'VERSION_UNSUPPORTED' })
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/fleet', '/nodes/{nodeId}', '/v1/enrol', '/v1/heartbeat']))
    const target = targetOfDirectory(directory, createFiles())
    const rest = await fetch(`${master.ready.url}/api/main/fleet`, { headers: { authorization: `Bearer ${target.token}` } })
    expect([rest.status, await rest.json()]).toEqual([200, expect.objectContaining({ nodes: 0 })])
  })
})

describe('the listener for nodes', () => {
  it('[AP5] is off until an engineer turns it on, is kept over a restart, and never keeps the master from starting', async () => {
    const own = join(home.path, 'own')
    const ask = (procedure: string, input: unknown = {}): Promise<unknown> =>
      callProcedure(targetOfDirectory(own, createFiles()), 'main', procedure, input, undefined, new AbortController().signal)
    const first = await startCommand('master', '--data', own)
    expect(await ask('master.get')).toMatchObject({ gatewayUrl: null, gatewayProblem: null })
    await expect(ask('master.listen', { address: '127.0.0.1:0' })).rejects.toMatchObject({ code: 'OPERATOR_REQUIRED' })
    await ask('operator.create', { name: 'Ada', role: 'authority' })
    await expect(ask('master.listen', { address: 'here' })).rejects.toMatchObject({ code: 'ADDRESS_MALFORMED' })
    const { gatewayUrl } = (await ask('master.listen', { address: '127.0.0.1:0' })) as { gatewayUrl: string }
    expect((await fetch(`${gatewayUrl}/v1`)).status).toBe(200)
    await first.stop()
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(Number(new URL(gatewayUrl).port), '127.0.0.1', resolve))
    const second = await startCommand('master', '--data', own)
    expect(await ask('master.get')).toMatchObject({ gatewayUrl: null, gatewayProblem: { code: 'PORT_IN_USE' } })
    await new Promise<void>((resolve) => taken.close(() => resolve()))
    await second.stop()
    const third = await startCommand('master', '--data', own)
    expect(await ask('master.get')).toMatchObject({ gatewayUrl, gatewayProblem: null })
    expect(await ask('master.listen', { address: null })).toMatchObject({ gatewayUrl: null })
    await expect(fetch(`${gatewayUrl}/v1`)).rejects.toThrow()
    await third.stop()
    await expect(call('master.listen', { address: null }, 'Ada')).rejects.toMatchObject({ code: 'LISTENER_FIXED' })
  })
})

async function rootId(): Promise<string> {
  return ((await call('master.get')) as { rootDomainId: string }).rootDomainId
}

async function events(): Promise<number> {
  return ((await call('fleet.overview')) as { store: { events: number } }).store.events
}
