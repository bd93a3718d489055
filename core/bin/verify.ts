/** `ibcf verify`: proves what a data directory holds, without changing it. */
import { projections } from '../projections/all.ts'
import { checkProjections } from '../app/projecting/check.ts'
import { exitCodes } from '../kernel/app-error.ts'
import { heldFingerprint } from '../app/held/fingerprint.ts'
import { createPorts } from '../platform/ports.ts'
import { missingBlobs } from '../store/blob-references.ts'
import { openStore } from '../store/open.ts'
import { verifyStore } from '../store/verify-store.ts'
import type { Command } from './command.ts'
import { pathOption, readOptions } from './options.ts'

/** What is missing is no damage: it may be on its way. */
const listedMissing = 100

export const command: Command = {
  name: 'verify',
  summary: 'proves every chain, signature and blob of a data directory',
  usage: `
ibcf verify --data DIR [--json]

Reads the event store of a master or a node, also while it runs, and changes nothing. Checks the file itself, every hash chain from
its beginning, every signature, every blob, every reference, and (on a master) that the projections equal a rebuild from zero.
Exit status 0 when everything holds, 1 when something does not, with what and where.
With --json the last line is {"ok":...,"events":...,"origins":...,"fingerprint":...,"stateHash":...}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, { data: { type: 'string' }, json: { type: 'boolean' } })
    const directory = pathOption(values.data, 'data', io)
    const ports = createPorts('verify', 'warn')
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
    const role = String(store.reader.get("SELECT value FROM store_facts WHERE name = 'role'")?.['value'])
    const report = await verifyStore(store.reader, ports, {})
    // Without its archives not every event can be folded again.
    const isWhole = report.fromSealedPoint === 0
    const checked = role === 'master' && isWhole ? checkProjections(store.reader, projections, ports.crypto) : undefined
    const findings = [
      ...report.findings,
      ...(checked?.differing ?? []).map((name) => ({
        code: 'PROJECTION_DIFFERS',
        sentence: `What ${name} shows is not what its events give.`,
      })),
    ]
    const ok = findings.length === 0
    const missing = missingBlobs(store.reader, listedMissing)
    const { words } = heldFingerprint(store.reader, ports.crypto)
    const { events, origins, logs, fromSealedPoint, signed, unsignedTail, blobs } = report
    if (values.json === true) {
      for (const finding of findings) io.stdout(JSON.stringify({ finding }))
      io.stdout(
        JSON.stringify({
          ok,
          role,
          events,
          origins,
          logs,
          fromSealedPoint,
          signed,
          unsignedTail,
          blobs,
          missingBlobs: missing,
          findings: findings.length,
          fingerprint: words.join(' '),
          stateHash: checked?.stateHash ?? null,
        }),
      )
    } else {
      for (const { code, sentence } of findings) io.stdout(`${sentence} (${code})`)
      io.stdout(
        `${ok ? 'Everything holds' : `${findings.length} findings`}: ${events} events of ${origins} origins in ${logs} logs, ${signed} signed points, ${unsignedTail} events not signed yet, ${blobs} blobs.`,
      )
      if (!isWhole) {
        io.stdout(
          `${fromSealedPoint} of them lie in archives that are not here. They are proved from the sealed point; the projections were not held against a rebuild. Put the archives back to prove all.`,
        )
      }
      if (missing.length > 0) {
        io.stdout(
          `Content that events require and that is not here${missing.length === listedMissing ? ', the first of it' : ''}: ${missing.join(' ')}`,
        )
      }
      io.stdout(`Fingerprint: ${words.join(' ')}`)
    }
    return ok ? exitCodes.done : exitCodes.checkFailed
  },
}
