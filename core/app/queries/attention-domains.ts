/** What needs a person and is no node: domains that two masters claim, and bundles that are late. There are few of them at any time. */
import { type Attention, scoreContestedDomain } from '../../fleet/attention/score.ts'
import type { HandledItem } from '../../fleet/attention/handling.ts'
import { pointsOverdue } from '../../fleet/courier/bundle.ts'
import type { ReadModel } from '../read-model.ts'
import { weightsFor } from './attention-weights.ts'
import { authorityOf } from './authority-view.ts'
import { overdueBundles } from './bundles.ts'
import type { NodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'

/** Scored, and not put into words yet: only what is shown needs them. */
export type Found = {
  readonly subject: string
  readonly domainId: string
  readonly attention: Attention
  readonly since: string | null
  /** What equal scores are told apart by. */
  readonly waitingSince: string
  /** Undefined for a domain. */
  readonly node: NodeView | undefined
  readonly handling?: HandledItem
}

/** Domains where two grants stand against each other. */
export function contestable(model: Pick<ReadModel, 'reader'>): readonly string[] {
  return model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains WHERE is_contested = 1').map(({ subject }) => subject)
}

/** Told once, where the two grants are, and not again of every domain that inherits them. */
export function findDomain(model: ReadModel, domainId: string): Found | undefined {
  const { standing, epoch, since, grantedAtDomainId } = authorityOf(model, domainId)
  if (standing !== 'contested' || epoch === null || grantedAtDomainId !== domainId) return undefined
  return {
    subject: domainId,
    domainId,
    attention: scoreContestedDomain(epoch, weightsFor(model, domainId, undefined)),
    since,
    waitingSince: since ?? '',
    node: undefined,
  }
}

/** Packed here, due, and not heard of since ([CU5]). */
export function lateBundles(model: ReadModel): Found[] {
  const nowMs = model.ports.clock.now()
  return overdueBundles(model).map(({ bundleId, bundle, dueAt }) => {
    const points = pointsOverdue(Date.parse(dueAt), nowMs)
    const carrier = bundle.departed?.carriedBy ?? bundle.packed?.carriedBy ?? ''
    const term =
      carrier === '' ? 'No receipt came by the day it was due' : `No receipt came by the day it was due; ${plainText(carrier)} carries it`
    return {
      subject: bundleId,
      domainId: model.rootDomainId,
      attention: { score: points, kind: 'courier', terms: [{ kind: 'courier', term, points }] },
      since: dueAt,
      waitingSince: dueAt,
      node: undefined,
    }
  })
}
