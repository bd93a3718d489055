/** The founding of a master: its own name and key, its root domain, and the grant under which it holds that. Safe to run again. */
import { type GrantStatement, grantPayloadType } from '../fleet/authority/statement.ts'
import type { HeldKey } from '../trust/key-store.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Reader } from '../kernel/reader.ts'
import { putKey } from '../store/keys.ts'
import type { MasterConfig } from './config.ts'
import type { MasterIdentity } from './identity.ts'
import { signEnvelope } from '../trust/sign-envelope.ts'
import type { ProjectionEngine } from './projecting/engine.ts'
import type { Recorder } from './recorder.ts'

export function foundMaster(
  recorder: Recorder,
  engine: ProjectionEngine,
  reader: Reader,
  identity: MasterIdentity,
  key: HeldKey,
  config: MasterConfig,
): void {
  if (engine.read(reader, 'masters', identity.masterId) !== undefined) return
  const { masterId, rootDomainId } = identity
  const { level } = config
  const publicKey = toBase64(key.publicKey)
  const master = { masterId, level, keyId: key.keyId, publicKey, incarnation: null }
  const terms = { domainId: rootDomainId, parentId: null, epoch: 1, right: 'root', master, until: null, quorum: null } as const
  // What a node begins with that is asked to follow somebody else.
  const statement = signEnvelope(config.ports.crypto, key, grantPayloadType, { v: 1, kind: 'grant', ...terms } satisfies GrantStatement)
  recorder.record(({ writer, decide }) => {
    putKey(writer, { keyId: key.keyId, origin: masterId, publicKey: key.publicKey }, config.ports.clock.now())
    decide({
      type: 'ibcf.log.opened.v1',
      subject: masterId,
      domain: rootDomainId,
      data: { continues: [], reason: 'The master was founded.' },
    })
    decide({
      type: 'ibcf.master.created.v1',
      subject: masterId,
      domain: rootDomainId,
      data: { name: config.name, level: config.level, keyId: key.keyId, publicKey: toBase64(key.publicKey) },
    })
    decide({
      type: 'ibcf.domain.created.v1',
      subject: rootDomainId,
      domain: rootDomainId,
      data: { name: config.rootDomainName, parentId: null, level: config.level, thresholds: config.thresholds },
    })
    decide({
      type: 'ibcf.authority.granted.v1',
      subject: rootDomainId,
      domain: rootDomainId,
      data: { masterId, level, epoch: 1, until: null, right: 'root', keyId: key.keyId, publicKey, statement },
    })
  })
  recorder.sign()
}
