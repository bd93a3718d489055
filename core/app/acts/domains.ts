/** Shaping the tree of domains, and naming what is here. */
import type { z } from 'zod'
import type { configureDomainRequest, createDomainRequest } from '../../contract/domains.ts'
import type { Thresholds } from '../../fleet/decisions.ts'
import { createUlidSource, type DomainId, type EventId } from '../../kernel/ids.ts'
import { AppError } from '../../kernel/app-error.ts'
import { thresholdsOf } from '../queries/thresholds.ts'
import { type Act, requireAuthority, requireOperator } from './act.ts'

export function createDomain(act: Act, { name, parentId, level }: z.infer<typeof createDomainRequest>): DomainId {
  const actor = requireOperator(act, 'engineer')
  requireAuthority(act, parentId as DomainId)
  const { master } = act
  const domainId = createUlidSource(master.config.ports.clock, master.config.ports.random)<DomainId>()
  // Written in the parent's log, so that a scope that holds the parent knows of the child.
  master.port.commit(({ decide }) =>
    decide({
      type: 'ibcf.domain.created.v1',
      subject: domainId,
      domain: parentId as DomainId,
      data: { name, parentId, level, thresholds: {} },
      actor,
    }),
  )
  return domainId
}

/** Throws Invalid `THRESHOLDS_DISORDERED` when a worse mode would come before a better one. */
export function configureDomain(act: Act, { domainId, thresholds, twoOperatorKinds }: z.infer<typeof configureDomainRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  requireAuthority(act, domainId as DomainId)
  const after: Thresholds = { ...thresholdsOf(act.master.model, domainId).thresholds, ...definedOf(thresholds) }
  if (after.delayedAfterS > after.autonomousAfterS || after.edgeCachedAfterS > after.autonomousAfterS) {
    throw new AppError(
      'Invalid',
      'THRESHOLDS_DISORDERED',
      'A node cannot count as on its own before it counts as late or cached: raise autonomousAfterS or lower the others.',
      {
        delayedAfterS: after.delayedAfterS,
        edgeCachedAfterS: after.edgeCachedAfterS,
        autonomousAfterS: after.autonomousAfterS,
      },
    )
  }
  const eventIds = act.master.port.commit(({ decide }) => [
    decide({
      type: 'ibcf.domain.configured.v1',
      subject: domainId,
      domain: domainId as DomainId,
      data: { thresholds, ...(twoOperatorKinds === undefined ? {} : { twoOperatorKinds }) },
      actor,
    }),
  ])
  act.master.lookAgain()
  return eventIds
}

/** Names the master and its island; used by the first run. */
export function renameMaster(act: Act, { name, rootDomainName }: { readonly name: string; readonly rootDomainName: string }): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { masterId, rootDomainId } = act.master.identity
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.master.renamed.v1', subject: masterId, domain: rootDomainId, data: { name }, actor }),
    decide({ type: 'ibcf.domain.renamed.v1', subject: rootDomainId, domain: rootDomainId, data: { name: rootDomainName }, actor }),
  ])
}

function definedOf(thresholds: { readonly [Name in keyof Thresholds]?: Thresholds[Name] | undefined }): Partial<Thresholds> {
  return Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined))
}
