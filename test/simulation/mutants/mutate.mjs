/** Loaded before everything else in a process of the rehearsal: replaces one place of one module of core, as the environment says. */
import { registerHooks } from 'node:module'
import { writeSync } from 'node:fs'

const { module, find, replace } = JSON.parse(process.env.IBCF_MUTANT ?? '{}')

if (module !== undefined)
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      if (!url.endsWith(`/${module}`)) return loaded
      const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
      if (!source.includes(find)) {
        writeSync(2, `The place to break is not in ${module} any more.\n`)
        process.exit(9)
      }
      const head = replace.includes('counter') ? 'let counter = 0\n' : ''
      return { ...loaded, source: head + source.replace(find, () => replace) }
    },
  })
