/** Builds the page that draws mermaid diagrams in its own sandbox, self-contained, into out/renderer/diagram (design 4, Security). */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('renderer/diagram'),
  base: './',
  build: {
    outDir: at('out/renderer/diagram'),
    emptyOutDir: true,
    target: 'chrome114',
    sourcemap: false,
    assetsInlineLimit: 0,
    // mermaid brings layout engines of up to 2.7 MB, each loaded only when a diagram asks for it.
    chunkSizeWarningLimit: 3000,
    reportCompressedSize: false,
  },
  logLevel: 'warn',
})
