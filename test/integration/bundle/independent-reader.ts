/**
 * Reads a bundle by `core/log/BUNDLE.md` alone: with the `tar` of the machine and Node's own crypto and zstd, and nothing of ours. What it
 * finds wrong it throws.
 */
import { execFileSync } from 'node:child_process'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

type Read = { readonly events: Record<string, string[]>; readonly blobs: Record<string, Buffer>; readonly receipts: readonly string[] }
type Run = { log: string; from: number; to: number; head: string; fork: boolean }

const sha256 = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

function isSigned(publicKey: string, type: string, body: Buffer, signature: Buffer): boolean {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'base64').toString('base64url') },
    format: 'jwk',
  })
  return verify(null, Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]), key, signature)
}

/** `keys`: base64 public keys by key id, as somebody who trusts them would bring. */
export function readIndependently(file: string, keys: Readonly<Record<string, string>>): Read {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-independent-'))
  try {
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8', maxBuffer: 1e8 }).trim().split('\n')
    execFileSync('tar', ['-xf', file, '-C', directory])
    const read = (name: string): Buffer => readFileSync(join(directory, name))
    const manifest = JSON.parse(read('manifest.json').toString()) as {
      from: { keyId: string; publicKey: string }
      runs: Run[]
      blobs: { sha256: string; sizeBytes: number }[]
      statements: string[]
    }
    checkSeal(file, read('manifest.dsse.json'), read('manifest.json'), manifest.from.publicKey)
    const events: Record<string, string[]> = {}
    for (const run of manifest.runs) {
      const folder = `segments/${run.log}/`
      const ending = run.fork ? `.fork-${run.head.slice(0, 8)}.seg.zst` : '.seg.zst'
      const members = names.filter((name) => name.startsWith(folder) && name.endsWith(ending))
      for (const member of members) readSegments(zstdDecompressSync(read(member)), run, keys, (events[run.log] ??= []))
    }
    const blobs = manifest.blobs.map(({ sha256: digest, sizeBytes }) => {
      const plain = zstdDecompressSync(read(`blobs/sha256/${digest}.zst`))
      if (plain.length !== sizeBytes || sha256(plain).toString('hex') !== digest) throw new Error(`content ${digest}`)
      return [digest, plain] as const
    })
    return { events, blobs: Object.fromEntries(blobs), receipts: manifest.statements.filter((name) => name.startsWith('receipts/')) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function checkSeal(file: string, envelope: Buffer, manifest: Buffer, publicKey: string): void {
  const { payload, payloadType, signatures } = JSON.parse(envelope.toString()) as {
    payload: string
    payloadType: string
    signatures: { sig: string }[]
  }
  const body = Buffer.from(payload, 'base64')
  const seal = JSON.parse(body.toString()) as { manifest: string; sizeBytes: number; sha256: string }
  if (!isSigned(publicKey, payloadType, body, Buffer.from(signatures[0]?.sig ?? '', 'base64'))) throw new Error('seal signature')
  if (sha256(manifest).toString('hex') !== seal.manifest) throw new Error('seal manifest')
  if (sha256(readFileSync(file).subarray(0, seal.sizeBytes)).toString('hex') !== seal.sha256) throw new Error('seal digest')
}

function readSegments(plain: Buffer, run: Run, keys: Readonly<Record<string, string>>, into: string[]): void {
  for (let at = 0; at < plain.length; ) {
    const length = plain.readUInt32BE(at)
    const segment = plain.subarray(at + 4, at + 4 + length)
    at += 4 + length
    if (segment.subarray(0, 4).toString() !== 'IBCS' || segment[4] !== 1) throw new Error('segment magic')
    const headerLength = segment.readUInt32BE(5)
    const header = segment.subarray(9, 9 + headerLength)
    const { log, from, to, prev, head, keyid } = JSON.parse(header.toString()) as {
      log: string
      from: number
      to: number
      prev: string
      head: string
      keyid: string
    }
    const key = keys[keyid]
    const signature = segment.subarray(9 + headerLength, 9 + headerLength + 64)
    if (key === undefined || !isSigned(key, 'application/vnd.ibcf.segment+json', header, signature))
      throw new Error(`segment signature ${log}`)
    if (log !== run.log) throw new Error('segment of another log')
    if (from === 1 && sha256(Buffer.from(`ibcf.log.v1\n${log}`)).toString('hex') !== prev) throw new Error('genesis')
    let chain: Buffer = Buffer.from(prev, 'hex')
    let place = 9 + headerLength + 64 + 4
    for (let seq = from; seq <= to; seq++) {
      const size = segment.readUInt32BE(place)
      const event = segment.subarray(place + 4, place + 4 + size)
      place += 4 + size
      chain = sha256(chain, sha256(event))
      into[seq - 1] = event.toString()
    }
    if (chain.toString('hex') !== head || place !== segment.length) throw new Error('chain')
  }
}
