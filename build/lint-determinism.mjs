/**
 * The lint rule that keeps core deterministic: no clock, randomness, timer or network that was not passed in as a port.
 * The stock rules name globals and properties; one rule of our own also sees `new Date()`, a global reached through
 * globalThis, and the same things imported from Node's modules, and can say what to use instead.
 */

/** Globals that are not to be used at all. */
const GLOBALS = new Map([
  ['setTimeout', 'Scheduler'],
  ['setInterval', 'Scheduler'],
  ['setImmediate', 'Scheduler'],
  ['fetch', 'Transport'],
  ['WebSocket', 'Transport'],
  ['EventSource', 'Transport'],
  ['XMLHttpRequest', 'Transport'],
])

/** Properties of globals that are not to be used; the rest of the global may be. */
const PROPERTIES = new Map([
  ['Date.now', 'Clock'],
  ['performance.now', 'Clock'],
  ['performance.timeOrigin', 'Clock'],
  ['process.hrtime', 'Clock'],
  ['process.uptime', 'Clock'],
  ['Math.random', 'Random'],
  ['crypto.randomUUID', 'Random'],
  ['crypto.getRandomValues', 'Random'],
])

/** Modules that are nothing but such input. */
const MODULES = new Map([
  ['timers', 'Scheduler'],
  ['timers/promises', 'Scheduler'],
  ['perf_hooks', 'Clock'],
])

const RANDOM_OF_CRYPTO = new Set(['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'webcrypto'])

const noAmbientInput = {
  meta: {
    type: 'problem',
    docs: { description: 'core reads clock, randomness, timers and network only through the ports it is given' },
    schema: [],
  },
  create(context) {
    const report = (node, what, port) =>
      context.report({ node, message: `${what} is not to be had in core: use the ${port} port that is passed in.` })
    /** Whether a name means the global, not something of that name declared here. */
    const isGlobal = (node) => {
      for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
        const variable = scope.set.get(node.name)
        if (variable !== undefined) return variable.defs.length === 0
      }
      return true
    }
    const isGlobalThis = (node) => node.type === 'Identifier' && node.name === 'globalThis'
    /** The global that an expression names, directly or as a property of globalThis; undefined if it names none. */
    const globalOf = (node) => {
      if (node.type === 'Identifier') return isGlobal(node) ? node.name : undefined
      return node.type === 'MemberExpression' && isGlobalThis(node.object) ? keyOf(node) : undefined
    }
    const checkDate = (node) => {
      if (node.arguments.length === 0 && globalOf(node.callee) === 'Date') report(node, 'The current date', 'Clock')
    }
    return {
      NewExpression: checkDate,
      CallExpression(node) {
        if (globalOf(node.callee) === 'Date') report(node, 'The current date', 'Clock')
      },
      Identifier(node) {
        const port = GLOBALS.get(node.name)
        if (port !== undefined && isUse(node) && isGlobal(node)) report(node, node.name, port)
      },
      MemberExpression(node) {
        const key = keyOf(node)
        if (key === undefined) return
        if (isGlobalThis(node.object) && GLOBALS.has(key)) report(node, key, GLOBALS.get(key))
        const owner = globalOf(node.object)
        const port = owner === undefined ? undefined : PROPERTIES.get(`${owner}.${key}`)
        if (port !== undefined) report(node, `${owner}.${key}`, port)
      },
      VariableDeclarator(node) {
        if (node.id.type !== 'ObjectPattern' || node.init === null || node.init === undefined) return
        const owner = globalOf(node.init)
        for (const property of node.id.properties) {
          const name = property.key?.name
          const port = owner === 'globalThis' ? GLOBALS.get(name) : PROPERTIES.get(`${owner}.${name}`)
          if (port !== undefined) report(property, name, port)
        }
      },
      ImportDeclaration(node) {
        const module = node.source.value.replace(/^node:/, '')
        if (MODULES.has(module)) report(node, `node:${module}`, MODULES.get(module))
        if (module !== 'crypto' || node.importKind === 'type') return
        for (const specifier of node.specifiers) {
          if (RANDOM_OF_CRYPTO.has(specifier.imported?.name)) report(specifier, specifier.imported.name, 'Random')
        }
      },
    }
  },
}

/** The name of the property that an expression reads, where it is written out. */
function keyOf(node) {
  if (!node.computed && node.property.type === 'Identifier') return node.property.name
  return node.computed && node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined
}

/** Whether an identifier is a value being used; a property's name, a declared name and a type are not. */
function isUse(node) {
  const parent = node.parent
  switch (parent.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed
    case 'Property':
      return parent.value === node && parent.parent.type !== 'ObjectPattern'
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === node
    case 'ImportSpecifier':
    case 'ExportSpecifier':
    case 'LabeledStatement':
      return false
    default:
      return !parent.type.startsWith('TS') || parent.expression === node
  }
}

export default { meta: { name: 'ibcf' }, rules: { 'no-ambient-input': noAmbientInput } }
