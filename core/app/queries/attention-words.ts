/** An item of the inbox in words; only what is shown is put into them. */
import type { AttentionItem } from '../../contract/domains.ts'
import type { HandledItem } from '../../fleet/attention/handling.ts'
import type { Attention } from '../../fleet/attention/score.ts'
import type { ReadModel } from '../read-model.ts'
import type { Found } from './attention-domains.ts'
import type { NodeView } from './node-view.ts'
import { plainText } from './plain-text.ts'

export function itemOf(model: ReadModel, { subject, domainId, attention, since, node, handling }: Found): AttentionItem {
  const { score, kind, terms } = attention
  const title = node === undefined ? titleWithoutNode(model, subject, domainId, attention) : titleOf(node, attention)
  return {
    id: `${kind}:${subject}`,
    score,
    kind,
    nodeId: node?.id ?? null,
    domainId,
    title,
    terms: terms.map(({ term, points }) => ({ term, points })),
    since,
    ...toldHandling(model, handling),
  }
}

function toldHandling(model: ReadModel, handling: HandledItem | undefined): Pick<AttentionItem, 'handling'> {
  if (handling === undefined || (handling.shownAs === 'open' && handling.why === '' && handling.assignedTo === null)) return {}
  const { shownAs, assignedTo, why } = handling
  const to = assignedTo === null ? null : { id: assignedTo, name: model.operator(assignedTo)?.name ?? assignedTo }
  return { handling: { shownAs, assignedTo: to, why } }
}

function titleWithoutNode(model: ReadModel, subject: string, domainId: string, { kind }: Attention): string {
  if (kind !== 'courier') return `${plainText(model.domain(domainId)?.name ?? domainId)} is held by two masters at once`
  const forName = model.bundle(subject)?.packed?.forName ?? ''
  return forName === '' ? 'A bundle has not arrived' : `The bundle for ${plainText(forName)} has not arrived`
}

function titleOf(view: NodeView, { kind }: Attention): string {
  const name = plainText(view.name)
  switch (kind) {
    case 'quarantined':
      return `${name} is quarantined: ${plainText(view.phaseReason)}`
    case 'health':
      return view.health === 'FAILED' ? `${name} says that it has failed` : `${name} says that it is degraded`
    case 'sync-debt':
      return `${name} has been silent for too long`
    case 'evidence':
      return `${name} sent what was refused`
    case 'stale':
      return view.mode === null ? `${name} was approved and has not come` : `${name} is out of contact`
    case 'drift':
      return `${name} is not as it should be`
    case 'courier':
    case 'authority':
      return `${name} has two masters`
  }
}

/** Since when it has been so. */
export function sinceOf(view: NodeView, { kind }: Attention): string | null {
  switch (kind) {
    case 'quarantined':
      return view.phaseSince
    case 'health':
      return view.healthAt
    case 'drift':
      return view.snapshotAt
    default:
      return view.modeSince ?? view.phaseSince
  }
}
