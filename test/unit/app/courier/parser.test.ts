/** The parser of the airlock: what it says, what it may do, and what core believes of it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, type Frame, readFrames } from '../../../../core/app/courier/frames.ts'
import { parseBundle } from '../../../../core/app/courier/parse-bundle.ts'
import { parserFlags, startParserProcess } from '../../../../core/platform/parser-process.ts'
import { writeBundle } from '../../../../core/sync/write-bundle.ts'
import type { Manifest } from '../../../../core/sync/bundle-format.ts'
import { manifestPayloadType } from '../../../../core/sync/bundle-format.ts'
import { toBase64 } from '../../../../core/kernel/hex.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../../../core/log/dsse.ts'
import { testPorts } from '../../../helpers/store/open.ts'

const { crypto } = testPorts
const entry = new URL('../../../../core/app/entry-parser.ts', import.meta.url)
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

async function smallBundle(): Promise<Uint8Array> {
  const key = crypto.generateKeyPair()
  const keyId = keyIdOf(crypto, key.publicKey)
  const manifest: Manifest = {
    v: 1,
    format: 'ibcf-bundle',
    bundleId: id,
    createdAt: '2026-03-01T00:00:00.000Z',
    program: 'test',
    from: { masterId: id, name: 'Home', incarnation: id, keyId, publicKey: toBase64(key.publicKey) },
    to: [],
    scope: 'everything',
    lanes: ['control'],
    since: null,
    events: 0,
    runs: [],
    blobs: [],
    statements: [],
    left: { events: 0, blobs: 0 },
  }
  const chunks = writeBundle(
    {
      manifest,
      statements: [],
      segments: [],
      blobs: [],
      seal: async (statement) => {
        const bytes = new TextEncoder().encode(JSON.stringify(statement))
        const sig = toBase64(crypto.sign(key.privateKey, preAuthenticationEncoding(manifestPayloadType, bytes)))
        return { payloadType: manifestPayloadType, payload: toBase64(bytes), signatures: [{ keyid: keyId, sig }] }
      },
    },
    testPorts,
  )
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return new Uint8Array(Buffer.concat(parts))
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function framesOf(source: AsyncIterable<Uint8Array>): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of readFrames(source)) frames.push(frame)
  return frames
}

const kindsOf = (frames: readonly Frame[]) => frames.map(({ head }) => (head.kind === 'failed' ? head.code : head.kind))

describe('frames', () => {
  it('[CU7] come back as they were said, however they were cut on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        async (bodies, step) => {
          const said = Buffer.concat(bodies.map((body) => encodeFrame({ head: { kind: 'segment' }, body })))
          const pieces = async function* (): AsyncGenerator<Uint8Array> {
            for (let at = 0; at < said.length; at += step) yield new Uint8Array(said.subarray(at, at + step))
          }
          expect((await framesOf(pieces())).map(({ body }) => [...body])).toEqual(bodies.map((body) => [...body]))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('[CU7] that are cut off, too long or of no known kind are not believed', async () => {
    const one = encodeFrame({ head: { kind: 'end' }, body: new Uint8Array(3) })
    for (let length = 1; length < one.length; length++)
      await expect(framesOf(whole(one.subarray(0, length)))).rejects.toMatchObject({ code: 'PARSER_GARBLED' })
    for (const head of [{ kind: 'run' }, { kind: 'end', more: 1 }, { kind: 'blob', sha256: '../../etc/passwd', sizeBytes: 1 }, 'end']) {
      await expect(framesOf(whole(encodeFrame({ head: head as never, body: new Uint8Array() })))).rejects.toMatchObject({
        code: 'PARSER_GARBLED',
      })
    }
    await expect(framesOf(whole(new Uint8Array(8).fill(255)))).rejects.toMatchObject({ code: 'PARSER_GARBLED' })
  })
})

describe('the parser', () => {
  it('[CU7] says the end only of a bundle that is whole: cut off anywhere or altered anywhere it fails with a reason', async () => {
    const bytes = await smallBundle()
    expect(kindsOf(await framesOf(parseBundle(whole(bytes), testPorts)))).toEqual(['manifest', 'end'])
    for (let length = 0; length < bytes.length; length += 97) {
      const kinds = kindsOf(await framesOf(parseBundle(whole(bytes.subarray(0, length)), testPorts)))
      expect(kinds.at(-1), String(length)).toMatch(/^BUNDLE_/)
    }
    for (let at = 0; at < bytes.length; at += 61) {
      const altered = Uint8Array.from(bytes)
      altered[at] = (altered[at] ?? 0) ^ 4
      expect(kindsOf(await framesOf(parseBundle(whole(altered), testPorts))).at(-1), String(at)).toMatch(/^BUNDLE_/)
    }
  })

  it('[CU7] is a process that may read its own code and nothing else', async () => {
    const parser = startParserProcess(entry)
    await parser.write(await smallBundle())
    parser.end()
    expect(kindsOf(await framesOf(parser.output))).toEqual(['manifest', 'end'])
    await parser.kill()

    const tried = (code: string): Promise<string> =>
      new Promise((resolve) => {
        execFile(process.execPath, [...parserFlags(fileURLToPath(entry)), '-e', code], { env: {} }, (error, stdout, stderr) =>
          resolve(error === null ? stdout : stderr),
        )
      })
    for (const code of [
      "require('node:fs').readFileSync('/etc/hostname')",
      "require('node:fs').writeFileSync('/tmp/ibcf-should-not-be', 'x')",
      "require('node:child_process').execFileSync('ls')",
      "new (require('node:worker_threads').Worker)('1', { eval: true })",
    ])
      expect(await tried(code)).toContain('ERR_ACCESS_DENIED')
    expect(await tried('console.log(Object.keys(process.env).length)')).toBe('0\n')
  })

  it('[CU7] that is ended in the midst of it is told, and takes nothing along', async () => {
    const parser = startParserProcess(entry)
    await parser.write((await smallBundle()).subarray(0, 600))
    await parser.kill()
    await expect(parser.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'PARSER_GARBLED' })
    expect(kindsOf(await framesOf(parser.output).catch(() => []))).not.toContain('end')
  })
})
