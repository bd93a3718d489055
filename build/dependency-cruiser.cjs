/**
 * Who may import whom. The table is the architecture's, word for word; the rules of the checker are made from it, so that
 * a folder of core that is not in the table may import nothing.
 */

const ALL = [
  'kernel',
  'fleet',
  'log',
  'projections',
  'store',
  'trust',
  'ingest',
  'sync',
  'contract',
  'app',
  'agent',
  'relay',
  'platform',
  'simulator',
  'bin',
]
const allBut = (...folders) => ALL.filter((folder) => !folders.includes(folder))

/** For each folder of core, the other folders of core that it may import. */
const MAY_IMPORT = {
  kernel: [],
  fleet: ['kernel'],
  log: ['kernel'],
  contract: ['kernel', 'fleet'],
  trust: ['kernel', 'fleet', 'log'],
  projections: ['kernel', 'fleet', 'log'],
  store: ['kernel', 'log'],
  agent: ['kernel', 'fleet', 'log', 'trust', 'contract', 'store', 'sync'],
  // A relay is a node that speaks to both sides: it takes in as a gateway does, and is heard as an agent is.
  relay: ['kernel', 'fleet', 'log', 'contract', 'store', 'agent', 'ingest', 'sync'],
  ingest: allBut('app', 'agent', 'relay', 'simulator', 'bin', 'platform'),
  sync: allBut('app', 'agent', 'relay', 'simulator', 'bin', 'platform'),
  app: allBut('bin', 'simulator', 'platform'),
  simulator: allBut('bin', 'platform'),
  platform: ['kernel'],
  bin: ALL,
}

/** Where the real clock, random source, files and network are handed in. Nobody else in core may see them. */
const entriesOf = (folder) => [`^core/${folder}/entry\\.ts$`, `^core/${folder}/entry-[^/]+\\.ts$`]
const ENTRIES = [...entriesOf('app'), ...entriesOf('agent'), ...entriesOf('relay')]

/** Built-ins of Node that reach outside the process, or that are a clock or a timer. */
const REACHING_OUT =
  '^(node:)?(fs|fs/promises|net|tls|http|https|http2|dgram|dns|dns/promises|child_process|cluster|os|timers|timers/promises|perf_hooks)$'

const coreFolders = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `core-${folder}`,
  comment: `core/${folder} may import ${others.length === 0 ? 'nothing else of ours' : `of core only ${others.join(', ')}`}.`,
  severity: 'error',
  from: { path: `^core/${folder}/`, pathNot: ['app', 'agent', 'relay'].includes(folder) ? ENTRIES : undefined },
  to: { path: `^core/(?!(${[folder, ...others].join('|')})/)` },
}))

/**
 * The entries compose what the rest is only given: the real ports and, in the console, the demo island, which is the
 * simulator in real time. Nothing else could, since the shell may know of core no more than its entry.
 */
const ENTRY_MAY_ALSO_IMPORT = { app: ['platform', 'simulator'], agent: ['platform'], relay: ['platform', 'trust'] }

const entries = Object.entries(ENTRY_MAY_ALSO_IMPORT).map(([folder, more]) => ({
  name: `core-${folder}-entry`,
  comment: `The entry of core/${folder} may import what core/${folder} may, and ${more.join(', ')}.`,
  severity: 'error',
  from: { path: entriesOf(folder) },
  to: { path: `^core/(?!(${[folder, ...more, ...MAY_IMPORT[folder]].join('|')})/)` },
}))

const ours = [
  {
    name: 'unknown-core-folder',
    comment: 'A folder of core that the table does not know. Decide what it may import, and write it there.',
    severity: 'error',
    from: { path: `^core/(?!(${ALL.join('|')})/)` },
    to: {},
  },
  {
    name: 'core-stands-alone',
    comment: 'core knows nothing of the shells around it, nor of their libraries.',
    severity: 'error',
    from: { path: '^core/' },
    to: { path: '^(electron|renderer|build|test)/|(^|/)node_modules/(electron|react|react-dom)/|^(electron|react|react-dom)$' },
  },
  {
    name: 'sqlite-in-store',
    comment: 'Only core/store opens a database.',
    severity: 'error',
    from: { pathNot: '^(core/store|test)/' },
    to: { path: '(^|/)better-sqlite3(/|$)' },
  },
  {
    name: 'ports-only',
    comment:
      'core reaches files, network, processes and timers through its ports, made in core/platform. Only the store has files of its own: the database.',
    severity: 'error',
    from: { path: '^core/', pathNot: ['^core/(platform|bin|store)/', ...ENTRIES] },
    to: { path: REACHING_OUT, dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-node-in-the-page',
    comment: 'The renderer, and what it shares with core, is a web page: it has no Node.',
    severity: 'error',
    from: { path: '^(renderer|core/contract|core/fleet|electron/preload)/' },
    to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'renderer',
    comment: 'The renderer knows of us only core/contract.',
    severity: 'error',
    from: { path: '^renderer/' },
    to: { path: '^(core/(?!contract/)|electron/|build/|test/)|(^|/)node_modules/electron/|^electron$' },
  },
  {
    name: 'electron',
    comment:
      'The shell holds no rule of the fleet: it knows core/contract and the types of core/kernel, and its core-host knows the entry of core.',
    severity: 'error',
    from: { path: '^electron/', pathNot: '^electron/core-host/' },
    to: { path: '^(core/(?!(contract|kernel)/)|renderer/|build/|test/)' },
  },
  {
    name: 'electron-core-host',
    comment: 'core-host starts core by its entry; of the rest it knows what the shell knows.',
    severity: 'error',
    from: { path: '^electron/core-host/' },
    to: { path: '^(core/(?!(contract|kernel)/)|renderer/|build/|test/)', pathNot: ENTRIES },
  },
  {
    name: 'electron-kernel-types',
    comment: 'Of core/kernel the shell uses types only.',
    severity: 'error',
    from: { path: '^electron/' },
    to: { path: '^core/kernel/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'nobody-imports-tests',
    comment: 'What is shipped does not depend on the tests.',
    severity: 'error',
    from: { path: '^(electron|renderer|resources|build)/', pathNot: '\\.config\\.[a-z]+$' },
    to: { path: '^test/' },
  },
  { name: 'no-cycles', comment: 'A cycle, of types or not.', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-unresolvable',
    comment: 'An import of something that is not there.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
]

module.exports = {
  forbidden: [...coreFolders, ...entries, ...ours],
  options: {
    doNotFollow: { path: ['node_modules', '^out/', '^dist/'] },
    exclude: { path: ['^build/node24/', '^out/', '^dist/', '^test/fixtures/'] },
    moduleSystems: ['es6', 'cjs'],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
}
