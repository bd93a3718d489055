/** The words of authority. */
import { t } from '@lingui/core/macro'
import type { ActBarrier, AuthorityAct, DomainAuthority } from './model.ts'

export function rightName(right: NonNullable<DomainAuthority['right']>): string {
  switch (right) {
    case 'root':
      return t`as its founder`
    case 'grant':
      return t`by grant`
    case 'claim':
      return t`by claim`
    case 'resolution':
      return t`by resolution`
    case 'break-glass':
      return t`by breaking the glass`
  }
}

export function settledName(by: NonNullable<DomainAuthority['disputes'][number]['settled']>['by']): string {
  switch (by) {
    case 'level':
      return t`of the higher level`
    case 'rank':
      return t`first in the delegation`
    case 'release':
      return t`the other gave it up`
    case 'resolution':
      return t`a person decided`
    case 'later-epoch':
      return t`a later epoch took its place`
  }
}

export function authorityActName(act: AuthorityAct): string {
  switch (act) {
    case 'grant':
      return t`Give it to a master`
    case 'delegate':
      return t`Name who may claim it`
    case 'claim':
      return t`Claim it`
    case 'break-glass':
      return t`Break the glass`
    case 'resolve':
      return t`Resolve the contest`
    case 'release':
      return t`Release it`
    case 'review':
      return t`Look into broken glass`
  }
}

export function authorityActMeaning(act: AuthorityAct): string {
  switch (act) {
    case 'grant':
      return t`The other master decides here from the next epoch on. Nodes obey it once they hear of it; this master decides here no more.`
    case 'delegate':
      return t`When the holder cannot be reached, this master may claim the domain without asking. Nothing changes until it does.`
    case 'claim':
      return t`This master was named to take over. It decides from the next epoch on; the former holder learns of it when it is met.`
    case 'break-glass':
      return t`This master takes the domain without having been asked. It works at once, stays on the record as a debt, and another person has to look into it.`
    case 'resolve':
      return t`One of those who claim it holds it from the next epoch on. What the others decided beyond restricting stays without effect.`
    case 'release':
      return t`This master gives up what it holds or claims here: for nobody until somebody takes it over, or back to the domain above.`
    case 'review':
      return t`You looked into it, as another person than the one who broke the glass, and write down what you found.`
  }
}

export function authorityBarrier(barrier: NonNullable<ActBarrier>): string {
  switch (barrier) {
    case 'not-held':
      return t`This master does not hold the domain.`
    case 'not-delegated':
      return t`This master is not named as one who may claim it.`
    case 'not-contested':
      return t`Nobody disagrees about who holds it.`
    case 'already-held':
      return t`This master holds it already.`
    case 'no-debt':
      return t`No glass was broken here that waits to be looked into.`
  }
}
