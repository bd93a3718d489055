/**
 * `install-artifact`: checks who signed for the bytes, swaps the file, starts what lies there and asks it who it is; what does not come
 * up as it should is replaced by what ran before ([CM23]).
 */
import type { z } from 'zod'
import { artifactPayload, artifactPayloadType } from '../../fleet/command/artifact.ts'
import type { commandData } from '../../fleet/command/kinds.ts'
import type { Health } from '../../fleet/node/node-record.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../log/dsse.ts'
import { type CommandAct, noEffect, type Outcome } from './act.ts'
import { isFileName, type SoftwarePlace } from './software.ts'

export type InstallData = z.infer<(typeof commandData)['install-artifact']>

export type InstallParts = {
  readonly crypto: Crypto
  readonly place: SoftwarePlace | undefined
  /** The key of the master that the node obeys. */
  readonly masterKey: () => Uint8Array | undefined
  readonly content: (digest: string) => Uint8Array | undefined
}

/** From the best. */
const order: readonly Health[] = ['OK', 'UNKNOWN', 'DEGRADED', 'FAILED']

export function createInstallArtifact({ crypto, place, masterKey, content }: InstallParts): CommandAct {
  const proofOf = ({ name, version, digest }: InstallData, health: string): string =>
    `${name} came up after the swap and says version ${version}, health ${health}; the file in place is sha256 ${digest}.`

  /** The health that it came up with, or why that is not good enough. */
  const check = async (at: SoftwarePlace, data: InstallData): Promise<{ readonly health: string } | { readonly why: string }> => {
    if (at.digestInPlace(data.name) !== data.digest) return { why: 'the file in place is not the one that was put there' }
    const started = await at.start(data.name)
    if (!started.isUp) return { why: started.sentence }
    if (started.version !== data.version) return { why: `it says it is version ${started.version.slice(0, 100)}` }
    const rank = order.indexOf(started.health as Health)
    if (rank < 0 || rank >= order.indexOf(data.rollBackAt)) return { why: `its health is ${started.health.slice(0, 100)}` }
    return { health: started.health }
  }

  const perform = async (data: InstallData): Promise<Outcome> => {
    if (place === undefined || !isFileName(data.name))
      return { kind: 'failed', code: 'INSTALL_NOT_POSSIBLE', sentence: 'There is no place for software of that name on this node.' }
    const key = masterKey()
    if (key === undefined || keyIdOf(crypto, key) !== data.keyId || !isSignedBy(crypto, key, data))
      return {
        kind: 'failed',
        code: 'ARTIFACT_SIGNATURE_WRONG',
        sentence: 'The artifact is not signed by the master that this node obeys.',
      }
    const bytes = content(data.digest)
    if (bytes === undefined || bytes.length !== data.sizeBytes)
      return { kind: 'failed', code: 'ARTIFACT_NOT_THERE', sentence: 'The bytes of the artifact are not held, or not as long as it says.' }
    const before = place.digestInPlace(data.name)
    place.put(data.name, bytes)
    const found = await check(place, data)
    if ('health' in found) return { kind: 'applied', proof: proofOf(data, found.health) }
    place.putBack(data.name)
    return { kind: 'failed', code: 'ROLLED_BACK', sentence: await rolledBack(place, data, before, found.why) }
  }

  return {
    perform: (_entry, data) => perform(data as InstallData),
    probe: async (_entry, raw) => {
      const data = raw as InstallData
      if (place === undefined || !isFileName(data.name) || place.digestInPlace(data.name) !== data.digest) return noEffect
      const found = await check(place, data)
      // In place and not coming up: run again, which takes it back.
      return 'health' in found ? { probe: 'took-effect', proof: proofOf(data, found.health) } : noEffect
    },
  }
}

export function isSignedBy(crypto: Crypto, key: Uint8Array, data: InstallData): boolean {
  return crypto.verify(key, preAuthenticationEncoding(artifactPayloadType, artifactPayload(data)), fromBase64(data.signature))
}

async function rolledBack(place: SoftwarePlace, { name, version }: InstallData, before: string | undefined, why: string): Promise<string> {
  const failed = `${name} ${version} did not come up as it should: ${why}.`
  const inPlace = place.digestInPlace(name)
  if (inPlace === undefined) return `${failed} Nothing had been there before, and nothing is there now.`
  const started = await place.start(name)
  const now = started.isUp ? `runs again as version ${started.version.slice(0, 100)}` : 'does not come up either'
  const same = before === undefined || before === inPlace ? '' : ' (not the bytes that were found before)'
  return `${failed} What was there before is back, sha256 ${inPlace}${same}, and ${now}.`.slice(0, 2000)
}
