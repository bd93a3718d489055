/** Finding the hold of a master on a domain: its own, or the one that the domain inherits. */
import { isHlc, readHlc } from '../../kernel/hlc.ts'
import type { AuthorityBook, Chronicle, EpochPage, Tenure } from './types.ts'

export type FoundTenure = {
  readonly chronicle: Chronicle
  readonly page: EpochPage
  /** Of that master at that epoch; several when it was given twice. */
  readonly tenures: readonly Tenure[]
}

/**
 * The holds of `masterId` at `epoch`, nearest domain first: one, or none. An epoch below all of a domain's own is from before it was
 * held apart, when the domain above it counted; one that was ever given back has inherited since ([AU4]), and then the same number can
 * be of either domain.
 */
export function findTenures(line: readonly Chronicle[], masterId: string, epoch: number): readonly FoundTenure[] {
  const found: FoundTenure[] = []
  for (const chronicle of line) {
    const page = chronicle.pages.find((known) => known.epoch === epoch)
    const tenures = page?.tenures.filter(({ giving }) => giving.masterId === masterId) ?? []
    if (page !== undefined && tenures.length > 0) found.push({ chronicle, page, tenures })
    const [first] = chronicle.pages
    const looksUp = first === undefined || epoch < first.epoch || chronicle.pages.some(({ outcome }) => outcome.kind === 'inherits')
    if (!looksUp) break
  }
  return found
}

/** The chronicle that says who holds the first domain of the line now. */
export function governing(line: readonly Chronicle[]): Chronicle | undefined {
  return line.find(({ pages }) => pages.length > 0 && pages.at(-1)?.outcome.kind !== 'inherits')
}

/** A restored master holds nothing that was not given to its new life by name ([AU12]). */
export function isOfLife(book: AuthorityBook, { giving }: Pick<Tenure, 'giving'>, incarnation: string): boolean {
  if (giving.incarnation !== null) return giving.incarnation === incarnation
  return !book.restored(giving.masterId).includes(incarnation)
}

/** Milliseconds of a hybrid clock; a malformed one counts as past every date. */
export function hlcMs(hlc: string): number {
  return isHlc(hlc) ? readHlc(hlc).ms : Number.POSITIVE_INFINITY
}
