/**
 * Glass that was broken at a node itself ([AU23]): a person there, where no master of record can be reached, lets one master command that node
 * alone. It stands beside the epochs of the domain and moves none of them, so that whoever holds the domain ends it by a review, or by
 * the next grant.
 */
import type { Basis } from './basis.ts'
import { type FoundTenure, findTenures } from './tenure.ts'
import type { AuthorityAct, AuthorityBook, Chronicle, EpochPage, Giving, Tenure } from './types.ts'

/** By a later epoch of the domain than the one that it was broken under, or by a review that counts. */
export function endOfGlass(
  { pages, acts, above }: Pick<Basis, 'pages' | 'acts' | 'above'>,
  domainId: string,
  { act, giving }: { readonly act: AuthorityAct; readonly giving: Giving },
): Tenure['ended'] {
  const line: readonly Chronicle[] = [{ domainId, pages, local: [], refused: [] }, ...above]
  const under = line.findIndex((chronicle) => chronicle.pages.some(({ epoch }) => epoch === giving.epoch))
  const isOvertaken = line.slice(0, under + 1).some((chronicle) => chronicle.pages.some(({ epoch }) => epoch > giving.epoch))
  if (isOvertaken) return 'overtaken'
  return acts.some((review) => isReviewOf(line, review, act)) ? 'mended' : null
}

/** By another person, at a master that held the domain, or one above it, at that epoch ([AU11]). */
export function isReviewOf(line: readonly Chronicle[], { word, actor, issuerId, epoch }: AuthorityAct, broken: AuthorityAct): boolean {
  return (
    word.kind === 'review' &&
    word.reviewedEventId === broken.eventId &&
    actor !== null &&
    actor !== broken.actor &&
    findTenures(line, issuerId, epoch).length > 0
  )
}

/** Who commands the node that the line was asked for since glass was broken there; two masters at once contest it. */
export function localTenures(line: readonly Chronicle[]): readonly Tenure[] {
  return line.flatMap(({ local }) => local.filter(({ ended }) => ended === null))
}

/** The holds of `masterId` at `epoch` that were given to it at the node itself, also ended ones: what it decided then was decided. */
export function findLocal(line: readonly Chronicle[], masterId: string, epoch: number): readonly FoundTenure[] {
  return line.flatMap((chronicle) => {
    const tenures = chronicle.local.filter(({ giving }) => giving.masterId === masterId && giving.epoch === epoch)
    return tenures.length === 0 ? [] : [{ chronicle, page: pageOf(epoch, chronicle.local), tenures }]
  })
}

function pageOf(epoch: number, local: readonly Tenure[]): EpochPage {
  const tenures = local.filter(({ giving }) => giving.epoch === epoch)
  const masterIds = [...new Set(tenures.filter(({ ended }) => ended === null).map(({ giving }) => giving.masterId))].toSorted()
  const [only] = masterIds
  const outcome: EpochPage['outcome'] =
    only === undefined
      ? { kind: 'vacant', why: 'released' }
      : masterIds.length === 1
        ? { kind: 'sole', masterId: only }
        : { kind: 'contested', masterIds }
  return { epoch, tenures, outcome, resolvedFor: null }
}

/** The nodes at which glass was broken in that very domain, whether or not it counts. */
export function nodesWithGlass(book: AuthorityBook, domainId: string): readonly string[] {
  const nodeIds = (book.record(domainId)?.acts ?? []).flatMap(({ word }) => ('giving' in word ? (word.giving.nodeIds ?? []) : []))
  return [...new Set(nodeIds)]
}
