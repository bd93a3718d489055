/** The answer to a bundle: a receipt over all that is held, kept here and written where the bundle came from, for the way back ([CU12]). */
import { dirname, join } from 'node:path'
import type { ImportResult } from '../../contract/courier.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { isAppError } from '../../kernel/app-error.ts'
import type { OperatorId } from '../../kernel/ids.ts'
import type { Volumes } from '../../kernel/ports.ts'
import type { Manifest } from '../../sync/bundle-format.ts'
import type { ServedMaster } from '../served-master.ts'
import type { Applied } from './apply.ts'

type Parts = {
  readonly master: ServedMaster
  readonly volumes: Volumes
  /** Where a copy of every receipt stays. */
  readonly keptIn: string
  /** The bundle; its directory gets the receipt. */
  readonly besideFile: string
  readonly bundle: { readonly bundleId: string; readonly from: Pick<Manifest['from'], 'masterId' | 'name'>; readonly packedAt: string }
  readonly applied: Applied
  readonly isWhole: boolean
  readonly actor: OperatorId | undefined
}

const recentBundles = 20

export async function writeReceipt(parts: Parts): Promise<{
  readonly outcome: ImportResult['outcome']
  readonly receipt: Pick<ImportResult, 'receiptFile' | 'receiptProblem' | 'receiptNumber'>
}> {
  const { master, bundle, applied, actor, keptIn } = parts
  const outcome = parts.isWhole ? 'whole' : 'part'
  const at = new Date(master.ports.clock.now()).toISOString()
  const bundles = [{ bundleId: bundle.bundleId, at }, ...recentImports(master, bundle.bundleId)]
  const envelope = await master.act('sync.receipt', { bundles }, actor)
  const { n, incarnation } = numberOf(envelope)
  await master.act(
    'courier.noteImported',
    {
      bundleId: bundle.bundleId,
      fromMasterId: bundle.from.masterId,
      fromName: bundle.from.name.slice(0, 4000),
      packedAt: bundle.packedAt,
      outcome,
      storedEvents: applied.storedEvents,
      storedSegments: applied.storedSegments,
      knownSegments: applied.knownSegments,
      refusedPieces: applied.refused.reduce((sum, { count }) => sum + count, 0),
      waitingPieces: applied.waitingPieces,
      receipt: { incarnation, n },
    },
    actor,
  )
  const bytes = new TextEncoder().encode(`${JSON.stringify(envelope)}\n`)
  const name = `receipt-${master.facts.masterId}.dsse.json`
  master.ports.files.makeDirectory(keptIn)
  master.ports.files.writeAtomic(join(keptIn, name), bytes)
  const receipt = await writeBeside(parts, name, bytes)
  return { outcome, receipt: { ...receipt, receiptNumber: n } }
}

/** A stick that is gone or locked by now costs only the shorter way: the receipt goes with the next bundle as well. */
async function writeBeside(
  { volumes, besideFile }: Parts,
  name: string,
  bytes: Uint8Array,
): Promise<Pick<ImportResult, 'receiptFile' | 'receiptProblem'>> {
  try {
    const { path } = await volumes.writeAndVerify(dirname(besideFile), name, [bytes])
    return { receiptFile: path, receiptProblem: null }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { receiptFile: null, receiptProblem: { code: error.code, sentence: error.message } }
  }
}

/** So that a receipt that was lost is made up for by the next one. */
function recentImports({ model, facts, moment }: ServedMaster, but: string): readonly { readonly bundleId: string; readonly at: string }[] {
  return moment(() =>
    model.reader
      .all<{ subject: string }>('SELECT subject FROM bundles WHERE taken_at IS NOT NULL ORDER BY taken_at DESC LIMIT 200')
      .flatMap(({ subject }) => {
        const last = subject === but ? undefined : model.bundle(subject)?.imports.findLast(({ by }) => by === (facts.masterId as string))
        return last === undefined ? [] : [{ bundleId: subject, at: last.at }]
      })
      .slice(0, recentBundles),
  )
}

function numberOf({ payload }: Envelope): { readonly n: number; readonly incarnation: string } {
  return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { readonly n: number; readonly incarnation: string }
}
