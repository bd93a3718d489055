/** The left rail: which workspace this is, the rooms and desks with what waits in them, the tree of domains, and who is at the controls. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import {
  BellRing,
  CircleHelp,
  Database,
  FileSliders,
  Globe,
  History,
  type LucideIcon,
  PackageOpen,
  PanelLeft,
  RotateCcw,
  ScrollText,
  Search,
  UserPlus,
  Waves,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { usePressingConcerns } from '../../features/held/use-heard.ts'
import { OperatorMenu } from '../../features/operators/menu.tsx'
import { toHeadline } from '../../layers/global/model.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { Hint, IconButton } from '../../ui/button.tsx'
import { addressOf, useVisit } from '../navigation.ts'
import type { Place } from '../route.ts'
import { DomainTree } from './domain-tree.tsx'
import classes from './rail.module.css'
import { ViewMenu } from './view-menu.tsx'
import { WorkspaceMenu } from './workspace-menu.tsx'

type Room = {
  readonly place: Place
  readonly name: string
  readonly icon: LucideIcon
  readonly waiting?: number
  readonly isUrgent?: boolean
}
type Props = { readonly isNarrow: boolean; readonly canWiden: boolean; readonly openPalette: () => void; readonly openHelp: () => void }

export function Rail({ isNarrow, canWiden, openPalette, openHelp }: Props): ReactNode {
  const { queries } = useWorkspace()
  const { route } = useVisit()
  const overview = useQuery(queries.overview())
  const concerns = usePressingConcerns()
  const setPreference = usePreferences((preferences) => preferences.set)
  const pressing = overview.data === undefined ? 0 : toHeadline(overview.data).needsPerson - overview.data.pendingEnrolments
  const rooms: readonly Room[] = [
    { place: { room: 'overview' }, name: t`Overview`, icon: Globe },
    { place: { room: 'attention' }, name: t`Attention`, icon: BellRing, waiting: pressing, isUrgent: true },
    { place: { room: 'changes' }, name: t`Since my last shift`, icon: History },
    { place: { room: 'returns' }, name: t`Returns`, icon: RotateCcw, waiting: overview.data?.openSessions ?? 0 },
    { place: { room: 'enrolments' }, name: t`Enrolments`, icon: UserPlus, waiting: overview.data?.pendingEnrolments ?? 0, isUrgent: true },
    { place: { room: 'policies' }, name: t`Policies`, icon: FileSliders },
    { place: { room: 'rollouts' }, name: t`Rollouts`, icon: Waves },
    { place: { room: 'audit' }, name: t`Audit`, icon: ScrollText },
    { place: { room: 'courier' }, name: t`Courier desk`, icon: PackageOpen },
    { place: { room: 'data' }, name: t`What is held`, icon: Database, waiting: concerns.length, isUrgent: true },
  ]
  return (
    <aside className={`${classes['rail']} ${isNarrow ? classes['isNarrow'] : ''}`} aria-label={t`Rooms`}>
      <WorkspaceMenu isNarrow={isNarrow} />
      <SearchButton isNarrow={isNarrow} open={openPalette} />
      <nav aria-label={t`Rooms and desks`} className={classes['rooms']}>
        {rooms.map((room) => (
          <RoomLink key={room.place.room} room={room} isNarrow={isNarrow} isHere={route.place.room === room.place.room} />
        ))}
      </nav>
      {isNarrow ? <span className={classes['filler']} /> : <DomainTree />}
      <div className={classes['foot']}>
        <OperatorMenu isNarrow={isNarrow} />
        <div className={classes['tools']}>
          <ViewMenu />
          <IconButton label={t`Guide`} hint={t`Guide (?)`} icon={<CircleHelp aria-hidden="true" />} onPress={openHelp} />
          {canWiden ? (
            <IconButton
              label={isNarrow ? t`Widen the rail` : t`Narrow the rail`}
              icon={<PanelLeft aria-hidden="true" />}
              onPress={() => setPreference({ isRailNarrow: !isNarrow })}
            />
          ) : null}
        </div>
      </div>
    </aside>
  )
}

function SearchButton({ isNarrow, open }: { readonly isNarrow: boolean; readonly open: () => void }): ReactNode {
  if (isNarrow)
    return <IconButton label={t`Search or jump`} hint={t`Search or jump (Ctrl K)`} icon={<Search aria-hidden="true" />} onPress={open} />
  return (
    <button type="button" className={classes['search']} onClick={open}>
      <Search aria-hidden="true" size={14} />
      <span>
        <Trans>Search or jump</Trans>
      </span>
      <kbd className={classes['key']}>Ctrl K</kbd>
    </button>
  )
}

function RoomLink({ room, isNarrow, isHere }: { readonly room: Room; readonly isNarrow: boolean; readonly isHere: boolean }): ReactNode {
  const formats = useFormats()
  const waiting = room.waiting ?? 0
  const link = (
    <a
      href={addressOf(room.place)}
      className={classes['room']}
      aria-current={isHere ? 'page' : undefined}
      {...(isNarrow ? { 'aria-label': waiting > 0 ? `${room.name}, ${formats.count(waiting)}` : room.name, title: room.name } : {})}
    >
      <room.icon aria-hidden="true" size={16} strokeWidth={1.75} />
      {isNarrow ? null : <span className={classes['roomName']}>{room.name}</span>}
      {waiting > 0 ? (
        <span className={`${classes['waiting']} ${room.isUrgent === true ? classes['urgent'] : ''}`}>{formats.shortCount(waiting)}</span>
      ) : null}
    </a>
  )
  return isNarrow ? <Hint text={room.name}>{link}</Hint> : link
}
