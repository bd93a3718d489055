/** Gathers what the palette can offer: what is known here at once, and the nodes that the master finds by their text. */
import { t } from '@lingui/core/macro'
import {
  BellRing,
  Bookmark,
  BookOpen,
  Clock,
  Copy,
  Database,
  FileSliders,
  FlaskConical,
  Globe,
  Keyboard,
  Languages,
  History,
  Layers,
  ListFilter,
  Newspaper,
  PackageOpen,
  Printer,
  RotateCcw,
  Rows3,
  ScrollText,
  Settings,
  SunMoon,
  User,
  UserPlus,
  Waves,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useHost } from '../../client/host.tsx'
import type { Query } from '../../client/query-cache.ts'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import { writeFilter } from '../../features/nodes/filter.ts'
import { guidePages } from '../../features/guide/pages.ts'
import { languageName } from '../../features/settings/model.ts'
import { languageChoices } from '../../i18n/languages.ts'
import { usePastMoment } from '../../features/past/moment.ts'
import { isQueryLine, namesFrom, readLine } from '../../features/query/model.ts'
import { commonViews } from '../../features/query/views.ts'
import { kindName, levelName, modeName, problemSentence, roleName } from '../../i18n/words.ts'
import { densities, themes, usePreferences } from '../../state/preferences.ts'
import { useSavedViews } from '../../state/saved-views.ts'
import { copyText } from '../../ui/copy.tsx'
import { ModeMark } from '../../ui/marks.tsx'
import { say } from '../../ui/notices.ts'
import { goTo, navigate } from '../navigation.ts'
import { densityName, themeName } from '../shell/view-menu.tsx'
import { exactFirst, type PaletteEntry, rankEntries, readScanned } from './model.ts'

export type PaletteChoice = PaletteEntry & { readonly icon: ReactNode; readonly run: () => void }

const nothing: Query<never> = { key: '', load: () => Promise.reject(new Error('never asked')), isTouchedBy: () => false }

export function usePaletteEntries(
  typed: string,
  openHelp: () => void,
): { readonly entries: readonly PaletteChoice[]; readonly isSearching: boolean } {
  const { name: workspace, queries, client, cache } = useWorkspace()
  const host = useHost()
  const enterPast = usePastMoment((moment) => moment.enter)
  const setPreference = usePreferences((preferences) => preferences.set)
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  const domains = useQuery(queries.domains())
  const operators = useQuery(queries.operators())
  const master = useQuery(queries.master())
  const policies = useQuery(queries.policies())
  const rollouts = useQuery(queries.rollouts())
  const savedViews = useSavedViews((held) => held.items)
  const wanted = readScanned(typed)
  const nodes = useQueryKeepingLast<Answers['node']['list']>(
    wanted === '' ? nothing : queries.nodes({ text: wanted.slice(0, 200), limit: 50 }),
  )
  const labelled = useQuery<Answers['node']['list']>(
    wanted === '' || wanted.length > 100 ? nothing : queries.nodes({ tags: [wanted], limit: 8 }),
  )

  const pages: PaletteChoice[] = [
    {
      id: 'p-overview',
      group: 'page',
      name: t`Overview`,
      note: t`The whole fleet`,
      icon: <Globe size={15} />,
      run: () => goTo({ room: 'overview' }),
    },
    {
      id: 'p-attention',
      group: 'page',
      name: t`Attention`,
      note: t`What needs a look, worst first`,
      icon: <BellRing size={15} />,
      run: () => goTo({ room: 'attention' }),
    },
    {
      id: 'p-returns',
      group: 'page',
      name: t`Returns`,
      note: t`Nodes coming back`,
      keywords: 'replay session',
      icon: <RotateCcw size={15} />,
      run: () => goTo({ room: 'returns' }),
    },
    {
      id: 'p-enrolments',
      group: 'page',
      name: t`Enrolments`,
      note: t`Requests to join`,
      icon: <UserPlus size={15} />,
      run: () => goTo({ room: 'enrolments' }),
    },
    {
      id: 'p-policies',
      group: 'page',
      name: t`Policies`,
      note: t`What nodes are to be`,
      icon: <FileSliders size={15} />,
      run: () => goTo({ room: 'policies' }),
    },
    {
      id: 'p-rollouts',
      group: 'page',
      name: t`Rollouts`,
      note: t`Waves, verdicts, who is behind`,
      keywords: 'wave gantt advance pause abort upgrade',
      icon: <Waves size={15} />,
      run: () => goTo({ room: 'rollouts' }),
    },
    {
      id: 'p-forks',
      group: 'page',
      name: t`Forks`,
      note: t`Logs that were told in two ways`,
      keywords: 'fork clone copy telling branch decide equivocation',
      icon: <ScrollText size={15} />,
      run: () => goTo({ room: 'forks' }),
    },
    {
      id: 'p-audit',
      group: 'page',
      name: t`Audit`,
      note: t`Every act of a person`,
      keywords: 'who what when history record proof',
      icon: <ScrollText size={15} />,
      run: () => goTo({ room: 'audit' }),
    },
    {
      id: 'p-courier',
      group: 'page',
      name: t`Courier desk`,
      note: t`Sticks, bundles, the airlock`,
      keywords: 'usb stick bundle pack import export receipt carry airlock volume',
      icon: <PackageOpen size={15} />,
      run: () => goTo({ room: 'courier' }),
    },
    {
      id: 'p-data',
      group: 'page',
      name: t`What is held`,
      note: t`Store, projections, backups`,
      keywords: 'data disk fingerprint rebuild backup restore archive incarnation parked',
      icon: <Database size={15} />,
      run: () => goTo({ room: 'data' }),
    },
    ...guidePages.map(
      (page): PaletteChoice => ({
        id: `p-guide-${page.id}`,
        group: 'page',
        name: t`Guide: ${page.title}`,
        note: '',
        keywords: 'help manual guide',
        icon: <BookOpen size={15} />,
        run: () => goTo({ room: 'guide', pageId: page.id }),
      }),
    ),
    {
      id: 'p-changes',
      group: 'page',
      name: t`Since my last shift`,
      note: t`Nodes that changed, and what people did`,
      keywords: 'changes hand over shift news',
      icon: <Newspaper size={15} />,
      run: () => goTo({ room: 'changes' }),
    },
    {
      id: 'p-sheet',
      group: 'page',
      name: t`Hand-over sheet`,
      note: t`What the next shift has to know, to print`,
      keywords: 'shift hand over print pdf maintenance log book notes',
      icon: <Printer size={15} />,
      run: () => goTo({ room: 'sheet' }),
    },
    ...(workspace === 'demo'
      ? [
          {
            id: 'p-drills',
            group: 'page' as const,
            name: t`Drills`,
            note: t`What can go wrong, and what must hold`,
            keywords: 'drill scenario exercise simulate practice',
            icon: <FlaskConical size={15} />,
            run: () => goTo({ room: 'drills' }),
          },
        ]
      : []),
    {
      id: 'p-clocks',
      group: 'page',
      name: t`Clocks`,
      note: t`How far this machine, nodes and masters are off`,
      keywords: 'clock time offset',
      icon: <Clock size={15} />,
      run: () => goTo({ room: 'clocks' }),
    },
    {
      id: 'p-settings',
      group: 'page',
      name: t`Settings`,
      note: t`Language, theme, density, times, names`,
      keywords: 'preferences options language sprache deutsch english utc listener',
      icon: <Settings size={15} />,
      run: () => goTo({ room: 'settings' }),
    },
  ]
  const places: PaletteChoice[] = (domains.data?.items ?? []).map((row) => ({
    id: `d-${row.id}`,
    group: 'domain',
    name: row.name,
    note: levelName(row.level),
    keywords: row.id,
    icon: <Layers size={15} />,
    run: () => goTo({ room: 'domain', domainId: row.id, tab: 'overview', filter: {} }),
  }))
  const goDemo = async (): Promise<void> => {
    const problem = await host.openDemo()
    if (problem === null) navigate({ workspace: 'demo', place: { room: 'overview' } })
    else say(problemSentence(problem))
  }
  const signIn = async (operatorId: string): Promise<void> => {
    try {
      await client.operator.signIn({ operatorId })
      cache.invalidateAll()
    } catch {
      say(t`The operator could not be switched.`)
    }
  }
  const acts: PaletteChoice[] = [
    workspace === 'main'
      ? {
          id: 'a-demo',
          group: 'act',
          name: t`Open the demo island`,
          note: t`Simulated`,
          icon: <FlaskConical size={15} />,
          run: () => void goDemo(),
        }
      : {
          id: 'a-main',
          group: 'act',
          name: t`Back to this master`,
          note: t`The real fleet`,
          icon: <Globe size={15} />,
          run: () => navigate({ workspace: 'main', place: { room: 'overview' } }),
        },
    ...themes.map(
      (theme): PaletteChoice => ({
        id: `a-theme-${theme}`,
        group: 'act',
        name: t`Theme: ${themeName(theme)}`,
        note: '',
        icon: <SunMoon size={15} />,
        run: () => setPreference({ theme }),
      }),
    ),
    ...densities.map(
      (density): PaletteChoice => ({
        id: `a-density-${density}`,
        group: 'act',
        name: t`Density: ${densityName(density)}`,
        note: '',
        icon: <Rows3 size={15} />,
        run: () => setPreference({ density }),
      }),
    ),
    ...languageChoices
      .filter((choice) => choice !== 'system')
      .map(
        (language): PaletteChoice => ({
          id: `a-language-${language}`,
          group: 'act',
          name: t`Language: ${languageName(language)}`,
          note: '',
          icon: <Languages size={15} />,
          run: () => setPreference({ language }),
        }),
      ),
    {
      id: 'a-utc',
      group: 'act',
      name: isUtc ? t`Times of this machine` : t`Times in UTC`,
      note: '',
      icon: <Clock size={15} />,
      run: () => setPreference({ isUtc: !isUtc }),
    },
    ...(operators.data?.items ?? [])
      .filter((operator) => operator.id !== operators.data?.currentId)
      .map(
        (operator): PaletteChoice => ({
          id: `a-op-${operator.id}`,
          group: 'act',
          name: t`Act as ${operator.name}`,
          note: roleName(operator.role),
          icon: <User size={15} />,
          run: () => void signIn(operator.id),
        }),
      ),
    {
      id: 'a-past',
      group: 'act',
      name: t`Time machine: set the console to a past instant`,
      note: '',
      keywords: 'past history as of then slider',
      icon: <History size={15} />,
      run: () => enterPast(workspace, new Date(Date.now() - 3_600_000).toISOString()),
    },
    {
      id: 'a-fingerprint',
      group: 'act',
      name: t`Copy the fingerprint words`,
      note: '',
      icon: <Copy size={15} />,
      run: () => copyText(master.data?.frontier.fingerprint.join(' ') ?? ''),
    },
    { id: 'a-help', group: 'act', name: t`Keyboard help`, note: '?', icon: <Keyboard size={15} />, run: openHelp },
  ]
  const exactIds = new Set([
    ...(labelled.data?.items ?? []).map(({ id }) => id),
    ...(nodes.data?.items ?? []).filter(({ serial }) => serial?.toLocaleLowerCase() === wanted.toLocaleLowerCase()).map(({ id }) => id),
  ])
  const found: PaletteChoice[] =
    typed === ''
      ? []
      : exactFirst([...(labelled.data?.items ?? []), ...(nodes.data?.items ?? [])], wanted, exactIds)
          .slice(0, 8)
          .map((row) => ({
            id: `n-${row.id}`,
            group: 'node',
            name: row.name,
            note: `${modeName(row.mode)}, ${kindName(row.kind)}, ${row.domainName}`,
            icon: <ModeMark mode={row.mode} size={13} />,
            run: () => goTo({ room: 'node', nodeId: row.id, tab: 'overview' }),
          }))
  const rootId = domains.data?.items[0]?.id
  const names = namesFrom(domains.data?.items ?? [], policies.data?.items ?? [])
  const showLine = (line: string): void => {
    if (rootId === undefined) return
    const { place } = readLine(line, names, rootId)
    goTo({ room: 'domain', domainId: place.domainId, tab: 'nodes', filter: writeFilter(place.filter) })
  }
  const rolloutEntries: PaletteChoice[] = (rollouts.data?.items ?? []).map((rollout) => ({
    id: `r-${rollout.id}`,
    group: 'page',
    name: rollout.name,
    note: t`Rollout of ${rollout.policyName ?? ''} ${rollout.policyVersion ?? ''}`,
    keywords: rollout.id,
    icon: <Waves size={15} />,
    run: () => goTo({ room: 'rollouts', rolloutId: rollout.id }),
  }))
  const asked: PaletteChoice[] = isQueryLine(typed)
    ? [
        {
          id: 'q-typed',
          group: 'act',
          name: t`Show the nodes of this query`,
          note: typed,
          icon: <ListFilter size={15} />,
          run: () => showLine(typed),
        },
      ]
    : []
  const views: PaletteChoice[] = [...savedViews, ...commonViews()].map((view) => ({
    id: `v-${view.name}`,
    group: 'act',
    name: t`Nodes: ${view.name}`,
    note: view.line,
    keywords: 'view query filter',
    icon: <Bookmark size={15} />,
    run: () => showLine(view.line),
  }))
  const entries = [
    ...asked,
    ...found,
    ...rankEntries(places, typed, typed === '' ? 6 : 8),
    ...rankEntries(pages, typed, 6),
    ...rankEntries([...acts, ...views, ...rolloutEntries], typed, typed === '' ? 4 : 8),
  ]
  return { entries, isSearching: typed !== '' && (nodes.isLoading || nodes.isOlder) }
}
