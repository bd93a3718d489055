/** A node whose key was replaced at one master, at another master that learns of it from what is carried. */
import { expect, it } from 'vitest'
import { takeIn } from '../../../core/app/sync/take-in.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import type { DomainId, EventId } from '../../../core/kernel/ids.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { readKey } from '../../../core/store/keys.ts'
import { act, bring, introduce, makeNode, openSeat } from '../../helpers/authority/masters.ts'
import { crypto, encoded, segmentBetween, testEvent, testOrigin, ulidOf } from '../../helpers/log/origin.ts'

it('[SB29] takes what the new key signed, and cuts the old one where it was cut at home', async () => {
  const [hq, north] = [await openSeat('Headquarters', 'GLOBAL'), await openSeat('North', 'REGION')]
  try {
    introduce(hq, north)
    const site: DomainId = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    const [before, after] = [crypto.generateKeyPair(), crypto.generateKeyPair()]
    const [oldKeyId, keyId] = [before, after].map(({ publicKey }) => keyIdOf(crypto, publicKey)) as [string, string]
    const node = makeNode(hq, site, 'pump', before.publicKey)
    const segmentBy = (keyPair: typeof before, number: number) => {
      const made = testOrigin(number, 'fact', keyPair)
      const origin = { ...made, origin: node, log: { ...made.log, origin: node } }
      return {
        log: formatLogId(origin.log),
        bytes: segmentBetween(
          origin,
          [1].map((seq) => encoded(testEvent(origin, seq))),
          1,
          1,
        ),
      }
    }
    const renewed = segmentBy(after, 2)
    const codeAt = (bytes: Uint8Array): string => {
      const [taken] = takeIn(north.master, [bytes])
      return taken?.kind === 'refused' ? taken.refusal.code : (taken?.kind ?? 'nothing')
    }
    bring(hq, north)
    expect(codeAt(renewed.bytes)).toBe('KEY_UNKNOWN')
    const cut = [{ log: segmentBy(before, 1).log, seq: 1, head: '00'.repeat(32) }]
    hq.master.port.commit(({ decide }) =>
      decide({
        type: 'ibcf.key.replaced.v1',
        subject: node as string as EventId,
        domain: site,
        data: {
          requestId: ulidOf(20),
          oldKeyId,
          keyId,
          publicKey: toBase64(after.publicKey),
          serial: null,
          manufacturer: null,
          model: null,
          cut,
          reason: 'Lightning.',
        },
        actor: hq.ada,
      }),
    )
    bring(hq, north)
    expect(readKey(north.master.store.reader, oldKeyId)).toMatchObject({ isRevoked: true, cuts: cut })
    expect(readKey(north.master.store.reader, keyId)).toMatchObject({ isRevoked: false, origin: node })
    expect(codeAt(renewed.bytes)).toBe('stored')
  } finally {
    for (const { master } of [hq, north]) master.close()
  }
})
