/** The words of the desk: what keeps the answer from being yes, how a projection stands, what a backup is doing. */
import { plural, t } from '@lingui/core/macro'
import { assertNever } from '../../i18n/assert-never.ts'
import type { BackupFormProblem, BackupState, Concern, IncarnationView, MadeBackup, ProjectionState } from './model.ts'

export function concernSentence(concern: Concern): string {
  switch (concern.kind) {
    case 'authority-lapsed':
      return t`This master holds no authority since it was restored.`
    case 'disk':
      return concern.pressure === 'act' ? t`The disk is nearly full.` : t`The disk will be full within weeks.`
    case 'missing-content':
      return plural(concern.count, { one: '# piece of content is missing.', other: '# pieces of content are missing.' })
    case 'missing-archive':
      return plural(concern.count, { one: '# archive is missing.', other: '# archives are missing.' })
    case 'parked':
      return plural(concern.count, { one: '# event could not be folded.', other: '# events could not be folded.' })
    case 'break-glass':
      return plural(concern.count, {
        one: 'Authority over # domain was taken by break-glass and waits for review.',
        other: 'Authority over # domains was taken by break-glass and waits for review.',
      })
    case 'backup-failed':
      return t`The last backup failed.`
    case 'backup-never':
      return t`No backup was made yet.`
    case 'backup-old':
      return t`The last backup is old.`
    case 'rebuilding':
      return t`The projections are being rebuilt.`
    case 'outdated':
      return t`The projections are of an older version.`
    case 'rejudging':
      return plural(concern.count, { one: '# subject is being judged again.', other: '# subjects are being judged again.' })
    default:
      return assertNever(concern)
  }
}

export function projectionStateName(state: ProjectionState): string {
  switch (state) {
    case 'current':
      return t`Up to date`
    case 'behind':
      return t`Behind`
    case 'outdated':
      return t`Older version serves`
    case 'rebuilding':
      return t`Rebuilding beside it`
    default:
      return assertNever(state)
  }
}

export function stageName(stage: NonNullable<BackupState['progress']>['stage']): string {
  switch (stage) {
    case 'copying':
      return t`Copying one moment of the store`
    case 'verifying':
      return t`Proving the copy: chains, signatures, blobs`
    case 'packing':
      return t`Packing`
    case 'checking':
      return t`Reading it back`
    case 'unpacking':
      return t`Unpacking`
    default:
      return assertNever(stage)
  }
}

export function encryptionName(encryption: MadeBackup['encryption']): string {
  switch (encryption) {
    case 'none':
      return t`Not encrypted`
    case 'passphrase':
      return t`Passphrase`
    case 'recipient':
      return t`For a recipient`
    default:
      return assertNever(encryption)
  }
}

/** What is in it of the private keys, and what follows from that. */
export function keysMeaning(keys: MadeBackup['keys']): string {
  switch (keys) {
    case 'sealed':
      return t`The private keys are in it as they were sealed: they open with the same passphrase or user account as before.`
    case 'unsealed':
      return t`The private keys are in it. Keep what opens this file apart from it.`
    case 'left-out':
      return t`The private keys are not in it. Without keys.json of the old data directory the restored master cannot start.`
    default:
      return assertNever(keys)
  }
}

export function formProblemSentence(problem: BackupFormProblem): string {
  switch (problem) {
    case 'file-empty':
      return t`Say where it is to go.`
    case 'file-relative':
      return t`Give the whole path on the machine of this master, from its root.`
    case 'passphrase-short':
      return t`At least 12 characters: shorter ones are found by trying.`
    case 'passphrase-differs':
      return t`The two are not the same.`
    case 'recipient-malformed':
      return t`A recipient begins with age1 and is given whole.`
    default:
      return assertNever(problem)
  }
}

export function lifeName(reason: IncarnationView['reason']): string {
  switch (reason) {
    case 'founded':
      return t`Founded`
    case 'restored':
      return t`Restored from a backup`
    case 'high-water':
      return t`Behind its own mark`
    default:
      return assertNever(reason)
  }
}

export function lifeMeaning(reason: IncarnationView['reason']): string {
  switch (reason) {
    case 'founded':
      return t`This is the first life of this master: its logs go on from their beginning.`
    case 'restored':
      return t`The store was restored from a backup. The logs of before are closed where the backup ends; what this master says since stands in logs of its own.`
    case 'high-water':
      return t`At the start the store held less than this master had signed before: an older copy was put back. The logs of before are closed where that copy ends.`
    default:
      return assertNever(reason)
  }
}

/** What the projection is for, in the words of who looks at it. */
export function projectionMeaning(name: string): string {
  switch (name) {
    case 'places':
      return t`in which domain each node is`
    case 'lifecycle':
      return t`who is in the fleet, and in which phase`
    case 'connectivity':
      return t`how each node is reached`
    case 'actual':
      return t`what each node reports of itself`
    case 'domains':
      return t`the tree of domains and what they set`
    case 'authority':
      return t`who may decide where`
    case 'masters':
      return t`the masters and their lives`
    case 'operators':
      return t`who may act`
    case 'lives':
      return t`which life of a master says what`
    case 'policies':
      return t`what nodes are to be`
    case 'assignments':
      return t`which policy holds where`
    case 'waivers':
      return t`differences that are allowed for a while`
    case 'local_decisions':
      return t`what nodes decided while on their own`
    case 'commands':
      return t`what nodes were told to do`
    case 'command_reports':
      return t`what nodes report of it`
    case 'rollouts':
      return t`what is brought out in waves`
    case 'proofs':
      return t`what shows that a policy works`
    case 'attention':
      return t`what people did about the inbox`
    case 'attention_weights':
      return t`what weighs how much in the inbox`
    case 'relays':
      return t`the relays and what they lead to`
    default:
      return ''
  }
}
