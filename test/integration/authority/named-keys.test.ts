/** Named keys that agree over a grant or broken glass, and grants that run out by the clock of a master. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { perform } from '../../../core/app/acts/acts.ts'
import { openMaster } from '../../../core/app/master.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import type { DomainId } from '../../../core/kernel/ids.ts'
import { createVirtualPorts, type VirtualPorts } from '../../helpers/agent/virtual-ports.ts'
import { act, codeOf, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'

let ports: VirtualPorts
let hq: Seat
let north: Seat
let site: DomainId

const idOf = ({ master }: Seat): string => master.identity.masterId
const keyOf = ({ master, ada }: Seat): string => master.model.operator(ada)?.publicKey ?? ''
const holderOf = ({ master }: Seat) => master.model.holder(site)
const drafts = ({ master }: Seat) => createQueries(master.model).authorityDrafts()

beforeEach(async () => {
  ports = createVirtualPorts()
  hq = await openSeat('Headquarters', 'GLOBAL', { ports })
  north = await openSeat('North', 'REGION', { ports })
  site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
  meet(hq, north)
})

afterEach(() => {
  for (const { master } of [hq, north]) master.close()
})

describe('keys that were named for a domain', () => {
  const named = () => [
    { publicKey: hq.master.model.operator(hq.bob)?.publicKey ?? '', name: 'Bob' },
    { publicKey: keyOf(north), name: 'Ada of North' },
    { publicKey: keyOf(hq), name: 'Ada' },
  ]

  it('[AU22] agree m of n over one grant, here and at other stations; broken glass then counts everywhere and is a debt', () => {
    const to = { masterId: idOf(hq) }
    expect(codeOf(() => act(north, 'authority.draft', { kind: 'break-glass', domainId: site, reason: 'Nobody answers.' }))).toBe(
      'NO_KEYS_NAMED',
    )
    const south = act(hq, 'domain.create', { name: 'Other', parentId: site, level: 'LOCAL' })
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null, quorum: { threshold: 2, keys: named() } })
    meet(hq, north)
    expect(holderOf(hq)).toMatchObject({ masterId: idOf(north), epoch: 2 })
    const { draftId, payload } = act(hq, 'authority.draft', { kind: 'break-glass', domainId: site, reason: 'North burns.' })
    expect(codeOf(() => act(hq, 'authority.finish', { draftId }))).toBe('SIGNATURES_MISSING')
    act(hq, 'authority.sign', { draftId })
    act(hq, 'authority.sign', { draftId })
    expect(drafts(hq)).toMatchObject([{ draftId, kind: 'break-glass', threshold: 2, epoch: 3 }])
    expect(drafts(hq)[0]?.keys.filter(({ hasSigned }) => hasSigned)).toHaveLength(1)
    expect(codeOf(() => act(hq, 'authority.finish', { draftId }))).toBe('SIGNATURES_MISSING')
    const elsewhere = perform(north.master, 'authority.countersign', { payload }, north.ada)
    const forged = { ...elsewhere, sig: Buffer.alloc(64).toString('base64') }
    expect(codeOf(() => act(hq, 'authority.sign', { draftId, signature: forged }))).toBe('SIGNATURE_WRONG')
    const unnamed = perform(north.master, 'authority.countersign', { payload }, north.bob)
    expect(codeOf(() => act(hq, 'authority.sign', { draftId, signature: unnamed }))).toBe('KEY_NOT_NAMED')
    act(hq, 'authority.sign', { draftId, signature: elsewhere })
    act(hq, 'authority.finish', { draftId })
    meet(hq, north)
    for (const seat of [hq, north]) expect(holderOf(seat)).toMatchObject({ masterId: idOf(hq), epoch: 3, right: 'break-glass' })
    expect(holderOf(north).debts).toMatchObject([{ masterId: to.masterId, epoch: 3 }])
    expect(drafts(hq)).toEqual([])
    expect(hq.master.port.grantChain?.(south)).not.toEqual([])
  })

  it('[AU22] sign nothing that is no statement, and a draft is stale once something else was decided', () => {
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null, quorum: { threshold: 1, keys: named() } })
    expect(codeOf(() => perform(hq.master, 'authority.countersign', { payload: 'e30=' }, hq.ada))).toBe('DRAFT_UNREADABLE')
    const { draftId } = act(hq, 'authority.draft', { kind: 'break-glass', domainId: site, reason: 'North burns.' })
    act(hq, 'authority.sign', { draftId })
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    expect(codeOf(() => act(hq, 'authority.finish', { draftId }))).toBe('DRAFT_STALE')
    act(hq, 'authority.discard', { draftId })
    expect(codeOf(() => act(hq, 'authority.sign', { draftId }))).toBe('DRAFT_UNKNOWN')
  })

  it('[AU22] a draft and its signatures survive a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-drafts-'))
    const first = await openSeat('Kept', 'GLOBAL', { directory })
    const domainId = act(first, 'domain.create', { name: 'Site', parentId: first.master.identity.rootDomainId, level: 'LOCAL' })
    const keys = [{ publicKey: first.master.model.operator(first.ada)?.publicKey ?? '', name: 'Ada' }]
    act(first, 'authority.grant', { domainId, to: { masterId: idOf(first) }, until: null, quorum: { threshold: 1, keys } })
    const { draftId } = act(first, 'authority.draft', { kind: 'break-glass', domainId, reason: 'In case.' })
    act(first, 'authority.sign', { draftId })
    first.master.close()
    const second = await openMaster(first.master.config)
    try {
      expect(createQueries(second.model).authorityDrafts()).toMatchObject([{ draftId, keys: [{ hasSigned: true }] }])
      perform(second, 'authority.finish', { draftId }, first.ada)
      expect(second.model.holder(domainId)).toMatchObject({ right: 'break-glass', epoch: 3 })
    } finally {
      second.close()
      rmSync(directory, { recursive: true, force: true })
    }
  })
})

describe('a grant with a date', () => {
  it('[AU6] ends by an event of a master that may tell the time there, once, when the date has passed', async () => {
    const until = new Date(ports.clock.now() + 600_000).toISOString()
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until })
    meet(hq, north)
    await ports.advance(590_000)
    expect(holderOf(hq)).toMatchObject({ standing: 'held', masterId: idOf(north) })
    await ports.advance(20_000)
    for (const seat of [hq, north]) expect(holderOf(seat)).toMatchObject({ standing: 'nobody', epoch: 2 })
    await ports.advance(7_200_000)
    const said = ({ master }: Seat) => master.model.authority(site)?.acts.filter(({ word }) => word.kind === 'lapse').length
    expect([said(hq), said(north)]).toEqual([1, 1])
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    expect(holderOf(hq)).toMatchObject({ masterId: idOf(north), epoch: 3 })
  })
})
