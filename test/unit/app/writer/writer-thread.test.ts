/** Both sides of the line between the thread that serves and the thread that writes, over a real channel. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeFeed, Topic } from '../../../../core/app/change-feed.ts'
import { type OpenFleet, openRemoteMaster } from '../../../../core/app/front/remote-master.ts'
import type { Master } from '../../../../core/app/master.ts'
import type { Line, WriterSettings } from '../../../../core/app/writer/messages.ts'
import { runWriter } from '../../../../core/app/writer/writer-thread.ts'
import { problems } from '../../../../core/ingest/problem.ts'
import type { NodeId, OperatorId } from '../../../../core/kernel/ids.ts'
import type { Ports } from '../../../../core/kernel/ports.ts'
import { createPorts } from '../../../../core/platform/ports.ts'

let directory: string
let ports: Ports
let channel: MessageChannel
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ibcf-writer-'))
  ports = createPorts('test', 'silent')
  channel = new MessageChannel()
})
afterEach(() => {
  channel.port1.close()
  rmSync(directory, { recursive: true, force: true })
})

function lineOver<Out, In>(port: MessagePort): Line<Out, In> {
  return {
    post: (message, owned = []) => port.postMessage(message, [...owned]),
    listen: (hear) => void port.on('message', hear),
  }
}

type Both = { readonly fleet: OpenFleet; readonly writer: Master; readonly ended: Promise<void> }

async function open(settings: Partial<WriterSettings> = {}): Promise<Both> {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const writing = runWriter({
    settings: {
      directory,
      keyProtection: { kind: 'file-permissions' },
      version: 'test',
      name: 'Harbour',
      rootDomainName: 'Island',
      level: 'REGION',
      isDemo: false,
      digestEveryMs: 3_600_000,
      thresholds: {},
      ...settings,
    },
    ports,
    line: lineOver(channel.port2),
    ended: end,
  })
  const fleet = await openRemoteMaster(lineOver(channel.port1), directory, ports)
  const writer = await writing
  if (writer === undefined) throw new Error('The writer did not open.')
  return { fleet, writer, ended }
}

/** Waits until all the topics were told, among whatever else is; answers the nodes that were named on the way. */
async function toldOf(ticks: ReturnType<ChangeFeed['subscribe']>, topics: readonly Topic[]): Promise<readonly string[]> {
  const left = new Set(topics)
  const nodeIds: string[] = []
  while (left.size > 0) {
    const { value } = await ticks.next()
    for (const topic of value?.topics ?? []) left.delete(topic)
    nodeIds.push(...(value?.nodeIds ?? []))
  }
  return nodeIds
}

const ada = { name: 'Ada', role: 'authority' } as const

describe('a master on two sides of a line', () => {
  it('[MA24] reads what it has just written, with the same facts on both sides', async () => {
    const { fleet, writer, ended } = await open()
    expect(fleet.master.facts).toMatchObject({
      masterId: writer.identity.masterId,
      keyId: writer.port.keyId,
      keyProtection: writer.keys.protection,
    })
    const operator = await fleet.master.act('operator.create', ada, undefined)
    expect(fleet.master.queries.operator(operator)).toMatchObject({ name: 'Ada' })
    for (let turn = 0; turn < 5; turn++) {
      await fleet.master.act('master.rename', { name: `Harbour ${turn}`, rootDomainName: 'Island' }, operator)
      expect(fleet.master.model.master(fleet.master.facts.masterId)?.name).toBe(`Harbour ${turn}`)
    }
    await fleet.close()
    await ended
  })

  it('[MA24] tells how far returns have come by turns, together, however often they move', async () => {
    const { fleet, writer, ended } = await open()
    const heard: (readonly string[])[] = []
    const told = new Promise<void>((resolve) => {
      fleet.master.feed.listen(({ topics, nodeIds = [] }) => {
        if (!topics.includes('sessions')) return
        heard.push(nodeIds)
        resolve()
      })
    })
    for (let piece = 0; piece < 50; piece++) writer.port.changed((piece % 2 === 0 ? 'one' : 'other') as NodeId)
    await told
    expect(heard).toEqual([['one', 'other']])
    await fleet.close()
    await ended
  })

  it('[MA24] refuses over there with the kind, code, sentence and facts of here', async () => {
    const { fleet, ended } = await open()
    const operator = await fleet.master.act('operator.create', ada, undefined)
    const refused = fleet.master.act('domain.create', { name: 'Pit', parentId: 'none', level: 'LOCAL' }, operator)
    await expect(refused).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'DOMAIN_UNKNOWN',
      message: 'No such domain is known here.',
      facts: { domainId: 'none' },
    })
    await expect(fleet.master.act('master.rename', { name: 'A', rootDomainName: 'B' }, 'nobody' as OperatorId)).rejects.toMatchObject({
      kind: 'Unauthorised',
      code: 'OPERATOR_UNKNOWN',
    })
    await fleet.close()
    await ended
  })

  it('[MA24] shows one moment in one answer, whoever writes meanwhile', async () => {
    const { fleet, writer, ended } = await open()
    const operator = await fleet.master.act('operator.create', ada, undefined)
    const { masterId } = fleet.master.facts
    const name = (): string | undefined => fleet.master.model.master(masterId)?.name
    fleet.master.moment(() => {
      const before = name()
      // The writer has a connection of its own: its commit happens while this moment lasts.
      writer.port.commit(({ decide }) =>
        decide({
          type: 'ibcf.master.renamed.v1',
          subject: masterId,
          domain: writer.identity.rootDomainId,
          data: { name: 'Later' },
          actor: operator,
        }),
      )
      expect([before, name(), writer.port.name()]).toEqual(['Harbour', 'Harbour', 'Later'])
    })
    expect(name()).toBe('Later')
    await fleet.close()
    await ended
  })

  it('[GW1] judges a head before its body, counts what is refused, and lets an admission go when no body comes', async () => {
    const { fleet, ended } = await open()
    const { gateway, master } = fleet
    const head = { path: '/v1/challenge', headers: {}, remote: '192.0.2.1' }
    const refused = await gateway.admit({ ...head, method: 'GET' })
    expect(refused).toMatchObject({ kind: 'answer', response: { status: problems['METHOD_NOT_ALLOWED']?.status } })
    const admitted = await gateway.admit({ ...head, method: 'POST' })
    if (admitted.kind !== 'read') throw new Error('It was not admitted.')
    expect(admitted.maxBodyBytes).toBe(1024)
    const response = await admitted.proceed(Buffer.from('{"nodeId":'))
    expect([response.status, JSON.parse(new TextDecoder().decode(response.body))]).toMatchObject([400, { code: 'JSON_MALFORMED' }])
    const dropped = await gateway.admit({ ...head, method: 'POST' })
    if (dropped.kind !== 'read') throw new Error('It was not admitted.')
    dropped.drop?.()
    expect((await dropped.proceed(new Uint8Array())).status).toBe(500)
    expect(gateway.refuse('BODY_TOO_LARGE', 'Too much.', head.remote).status).toBe(413)
    await expect
      .poll(() =>
        master.model
          .refusals()
          .map(({ code }) => code)
          .toSorted(),
      )
      .toEqual(['BODY_TOO_LARGE', 'GATEWAY_FAULT', 'JSON_MALFORMED', 'METHOD_NOT_ALLOWED'])
    await fleet.close()
    await ended
  })

  it('[MA24] [AP3] tells of every change, and who is present', async () => {
    const { fleet, writer, ended } = await open()
    const stop = new AbortController()
    const ticks = fleet.master.feed.subscribe(stop.signal)
    await ticks.next()
    const operator = await fleet.master.act('operator.create', ada, undefined)
    await toldOf(ticks, ['operators'])
    await fleet.master.act('master.rename', { name: 'Quay', rootDomainName: 'Island' }, operator)
    await toldOf(ticks, ['domains', 'master'])
    writer.feed.tell({ topics: ['presence'], nodeIds: ['01M84JBQK7HWD7T2Q0RG0X5T7D'] })
    expect(await toldOf(ticks, ['presence'])).toEqual(['01M84JBQK7HWD7T2Q0RG0X5T7D'])
    stop.abort()
    await fleet.close()
    await ended
  })

  it('[MA24] [GW16] shows that nothing can be written, goes on reading, and recovers', async () => {
    const { fleet, writer, ended } = await open()
    const operator = await fleet.master.act('operator.create', ada, undefined)
    const { reader } = writer.store
    reader.get(`PRAGMA max_page_count = ${Number(reader.get('PRAGMA page_count')?.['page_count'])}`)
    const rename = (name: string) => fleet.master.act('master.rename', { name, rootDomainName: 'Island' }, operator)
    let failure: unknown
    for (let turn = 0; turn < 500 && failure === undefined; turn++)
      failure = await rename(`${turn} ${'x'.repeat(100)}`).then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(failure).toMatchObject({ kind: 'Unavailable', code: 'STORE_FULL' })
    expect(fleet.master.readOnlyReason()).toMatchObject({ code: 'STORE_FULL' })
    expect(fleet.master.queries.operator(operator)).toMatchObject({ name: 'Ada' })
    reader.get('PRAGMA max_page_count = 1000000')
    await rename('After')
    expect([fleet.master.readOnlyReason(), fleet.master.model.master(fleet.master.facts.masterId)?.name]).toEqual([null, 'After'])
    await fleet.close()
    await ended
  })

  it('[CL2] says why it could not be opened as if it were one thread', async () => {
    const { fleet, ended } = await open({ keyProtection: { kind: 'passphrase', passphrase: 'correct horse' } })
    await fleet.close()
    await ended
    channel.port1.close()
    channel = new MessageChannel()
    await expect(open({ keyProtection: { kind: 'passphrase', passphrase: 'wrong horse' } })).rejects.toMatchObject({
      kind: 'Unauthorised',
    })
  })

  it('[MA24] closes behind everything that was asked before', async () => {
    const { fleet, ended } = await open()
    const operator = await fleet.master.act('operator.create', ada, undefined)
    const last = Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fleet.master.act('master.rename', { name: `Name ${index}`, rootDomainName: 'Island' }, operator),
      ),
    )
    await fleet.close()
    await ended
    expect((await last).flat()).toHaveLength(40)
  })
})
