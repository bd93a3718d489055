/** What things are called here, as plain text. */
import type { ReadModel } from '../read-model.ts'
import { quoted } from './plain-text.ts'
import type { Names } from './sentences.ts'

export function namesOf(model: ReadModel): Names {
  const called = (name: string | undefined, id: string): string => (name === undefined ? id : quoted(name))
  return {
    master: (id) => called(model.master(id)?.name, id),
    domain: (id) => called(model.domain(id)?.name, id),
    policy: (id) => called(model.policy(id)?.name, id),
  }
}

/** The operator by name, or by id while that one is not known here; null when nobody acted. */
export function actorName(model: ReadModel, actor: string | null | undefined): string | null {
  return actor === null || actor === undefined ? null : (model.operator(actor)?.name ?? actor)
}
