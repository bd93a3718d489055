/** Whether what a preview rests on has changed since: only then is it worked out again ([CU10]). */
import { readSubjectEvents } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'
import type { ServedMaster } from '../served-master.ts'
import type { Overlay } from './overlay.ts'

export type Rests = { readonly position: number; readonly subjects: readonly string[] }

/** Subjects that are looked at between two of which others are served. */
const atATime = 200

/** The subjects that something came about, and all that who may decide is made of. */
export function restsOn(model: Pick<ReadModel, 'reader'>, { staged }: Overlay): readonly string[] {
  const domains = model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains')
  return [...new Set([...staged.keys(), ...domains.map(({ subject }) => subject)])].sort()
}

export async function hasChangedSince({ model, moment, ports }: ServedMaster, { position, subjects }: Rests): Promise<boolean> {
  for (let at = 0; at < subjects.length; at += atATime) {
    const isAny = moment(() =>
      subjects
        .slice(at, at + atATime)
        .some((id) => readSubjectEvents(model.reader, id, { afterPosition: position, limit: 1, isMissingSkipped: true }).length > 0),
    )
    if (isAny) return true
    await ports.scheduler.yield()
  }
  return false
}
