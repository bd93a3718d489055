/** Evidence as a file: exported from a running master by the command line, and checked without one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exportEvidence } from '../../../core/app/acts/evidence.ts'
import { parkEvidence } from '../../../core/store/evidence.ts'
import { createAway } from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { startMaster } from '../../helpers/processes.ts'

it('[RT16] is a file that stands for itself: signed, whole, and judged anew by whoever checks it', async () => {
  const home = temporaryDirectory('evidence')
  using _home = { [Symbol.dispose]: home.dispose }
  let path = ''
  {
    using island = await createIsland()
    const node = await createAway(island, 50)
    const [piece] = node.pieces(node.frontier().find(({ log }) => log.includes('/fact/'))?.log ?? '')
    if (piece === undefined) throw new Error('nothing to send')
    const bytes = island.ports.compression.unzstd(piece.bytes, 1 << 22)
    const park = (altered: Uint8Array, code: string): number =>
      island.master.store.transact((writer) =>
        parkEvidence(writer, {
          origin: node.id,
          log: piece.log,
          from: piece.from,
          to: piece.to,
          code,
          sentence: 'Not the ones that were signed.',
          bytes: altered,
          at: island.ports.clock.now(),
        }),
      )
    const act = { master: island.master, actor: island.operator }
    expect(() => exportEvidence(act, { number: 99 })).toThrow(expect.objectContaining({ code: 'EVIDENCE_UNKNOWN' }))
    const found = async (altered: Uint8Array, code: string): Promise<unknown> => {
      const { name, text } = exportEvidence(act, { number: park(altered, code) })
      path = join(home.path, name)
      writeFileSync(path, text)
      const { status, stdout } = await runCommand('evidence', '--check', path, '--json')
      expect(status).toBe(0)
      return (JSON.parse(stdout) as { readonly found: { readonly code: string } }).found.code
    }
    expect(await found(bytes, 'SEGMENT_FORKED')).toBe('AUTHENTIC')
    expect(await found(bytes.subarray(0, 90), 'SEGMENT_MALFORMED')).toBe('SEGMENT_MALFORMED')
    expect(await found(bytes.with(bytes.length - 5, 0x21), 'SEGMENT_CHAIN_BROKEN')).toBe('SEGMENT_CHAIN_BROKEN')
  }
  const text = readFileSync(path, 'utf8')
  const file = JSON.parse(text) as { readonly statement: { readonly document: string } }
  const document = JSON.parse(Buffer.from(file.statement.document, 'base64').toString('utf8')) as Record<string, unknown>
  const altered = Buffer.from(JSON.stringify({ ...document, sentence: 'It was another node.' })).toString('base64')
  writeFileSync(path, JSON.stringify({ ...file, statement: { ...file.statement, document: altered } }))
  expect(await runCommand('evidence', '--check', path, '--json')).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('EVIDENCE_ALTERED'),
  })
  expect(await runCommand('evidence', '--check', join(home.path, 'none'))).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('FILE_MISSING'),
  })

  const master = await startMaster(join(home.path, 'master'))
  try {
    expect(await runCommand('evidence', '--data', master.directory)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Nothing'),
    })
    expect(await runCommand('evidence', '--data', master.directory, '--number', '1', '--out', home.path, '--json')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('EVIDENCE_UNKNOWN'),
    })
  } finally {
    await master.stop()
  }
})
