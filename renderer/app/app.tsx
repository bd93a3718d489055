/** Which workspace is open, whether it still needs its first operator, and the room of the present address. */
import { type ReactNode, useEffect } from 'react'
import { HostProvider } from '../client/host.tsx'
import { useQuery, useWorkspace, WorkspaceProvider } from '../client/workspace.tsx'
import { AttentionPage } from '../features/attention/page.tsx'
import { AuditDesk } from '../features/audit/page.tsx'
import { CourierDesk } from '../features/courier/page.tsx'
import { EnrolmentDesk } from '../features/enrolments/page.tsx'
import { FirstRun } from '../features/first-run/page.tsx'
import { ForkDesk } from '../features/forks/page.tsx'
import { GuideRoom } from '../features/guide/page.tsx'
import { ChangesPage } from '../features/hand-over/page.tsx'
import { HeldDesk } from '../features/held/page.tsx'
import { pastAnswerOf } from '../features/past/model.ts'
import { usePast } from '../features/past/moment.ts'
import { PastRoom } from '../features/past/time-machine.tsx'
import { PolicyDesk } from '../features/policies/page.tsx'
import { RolloutDesk } from '../features/rollouts/page.tsx'
import { ReturnDesk } from '../features/returns/page.tsx'
import { ClockPage } from '../features/clock/page.tsx'
import { DrillPage } from '../features/shift/drills.tsx'
import { SheetPage } from '../features/shift/sheet.tsx'
import { SettingsPage } from '../features/settings/page.tsx'
import { useDemoOperator } from '../features/demo/use-demo-operator.ts'
import { DomainView } from '../layers/domain/view.tsx'
import { GlobalView } from '../layers/global/view.tsx'
import { NodeView } from '../layers/node/view.tsx'
import { useVisit } from './navigation.ts'
import { assertNever } from '../i18n/assert-never.ts'
import type { Place } from './route.ts'
import { openKeyboardHelp } from './keyboard/open-help.ts'
import { Shell } from './shell/shell.tsx'
import { usePlaceContext } from './shell/place-context.ts'
import { boundText } from '../ui/bound-text.ts'

export function App(): ReactNode {
  const { route } = useVisit()
  return (
    <HostProvider>
      <WorkspaceProvider key={route.workspace} name={route.workspace}>
        <Gate place={route.place} />
      </WorkspaceProvider>
    </HostProvider>
  )
}

/** A master without an operator can be looked at by nobody in particular, so its first operator is made before anything else. */
function Gate({ place }: { readonly place: Place }): ReactNode {
  const { queries } = useWorkspace()
  const master = useQuery(queries.master())
  useDemoOperator()
  if (master.data?.needsFirstOperator === true) return <FirstRun master={master.data} />
  return (
    <Shell>
      <DocumentTitle />
      <Room place={place} />
    </Shell>
  )
}

function DocumentTitle(): ReactNode {
  const { crumbs } = usePlaceContext()
  const here = boundText(crumbs.at(-1)?.name ?? '', 60)
  useEffect(() => {
    document.title = here === '' ? 'IBCF Field Console' : `${here} \u2013 IBCF Field Console`
  }, [here])
  return null
}

/** Set to a past instant, a room shows that one or says why it cannot; never the present. */
function Room({ place }: { readonly place: Place }): ReactNode {
  const past = usePast()
  if (past === null || pastAnswerOf(place.room) === 'the-same') return <PresentRoom place={place} />
  if (place.room === 'node') return <NodeView key={place.nodeId} nodeId={place.nodeId} tab={place.tab} asOf={past} />
  return <PastRoom place={place} at={past} />
}

function PresentRoom({ place }: { readonly place: Place }): ReactNode {
  switch (place.room) {
    case 'overview':
      return <GlobalView />
    case 'domain':
      return <DomainView key={place.domainId} domainId={place.domainId} tab={place.tab} filter={place.filter} />
    case 'node':
      return <NodeView key={place.nodeId} nodeId={place.nodeId} tab={place.tab} asOf={place.asOf ?? null} />
    case 'attention':
      return <AttentionPage />
    case 'enrolments':
      return <EnrolmentDesk />
    case 'returns':
      return <ReturnDesk />
    case 'rollouts':
      return <RolloutDesk rolloutId={place.rolloutId ?? null} />
    case 'audit':
      return <AuditDesk />
    case 'forks':
      return <ForkDesk />
    case 'policies':
      return <PolicyDesk />
    case 'courier':
      return <CourierDesk />
    case 'data':
      return <HeldDesk />
    case 'guide':
      return <GuideRoom pageId={place.pageId ?? null} openKeys={openKeyboardHelp} />
    case 'changes':
      return <ChangesPage />
    case 'sheet':
      return <SheetPage />
    case 'drills':
      return <DrillPage />
    case 'clocks':
      return <ClockPage />
    case 'settings':
      return <SettingsPage />
    default:
      return assertNever(place)
  }
}
