/**
 * Builds the core process and the command line into out/core, everything inlined but the one native module, which is resolved from
 * node_modules beside it (app.asar.unpacked when packaged).
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const entries = {
  entry: 'core/app/entry.ts',
  'entry-writer': 'core/app/entry-writer.ts',
  'entry-backup': 'core/app/entry-backup.ts',
  'entry-checker': 'core/app/entry-checker.ts',
  'entry-drill': 'core/app/entry-drill.ts',
  'entry-parser': 'core/app/entry-parser.ts',
  'entry-checkpointer': 'core/store/entry-checkpointer.ts',
  ibcf: 'core/bin/ibcf.ts',
}

/** Names are kept, so that a stack says where it was; comments and blanks are half of what each thread would read and keep. */
const leaner = { compress: false, mangle: false, codegen: { removeWhitespace: true } } as const

export default defineConfig({
  root: at('.'),
  ssr: { noExternal: true, external: ['better-sqlite3'] },
  build: {
    ssr: true,
    outDir: at('out/core'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(entries).flatMap(([name, path]) => (existsSync(at(path)) ? [[name, at(path)]] : []))),
      // All in one folder: an entry finds the thread it starts beside itself, whichever chunk the code that starts it lies in.
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: leaner },
    },
  },
  logLevel: 'warn',
})
