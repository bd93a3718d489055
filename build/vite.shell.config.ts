/**
 * Builds Electron's main process, or in mode `preload` its preload script, as CommonJS: a sandboxed preload needs it in any Electron, and
 * the stand-in's main process cannot be a module either. Nothing newer than Node 18 may be used unguarded.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig(({ mode }) => {
  const part = mode === 'preload' ? 'preload' : 'main'
  return {
    root: at('.'),
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: true,
      outDir: at(`out/${part}`),
      emptyOutDir: true,
      target: 'node18',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { [part]: at(`electron/${part}/${part}.ts`) },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
    logLevel: 'warn',
  }
})
