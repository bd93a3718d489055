/**
 * Draws the icons that packages need from icons/icon.svg, with a Chromium: PNGs for Linux, icon.ico for Windows, icon.icns for macOS. Run by
 * hand when the drawing changes: `node build/make-icons.mjs`; CHROMIUM_PATH names the browser if it is not /usr/bin/chromium.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const icons = join(dirname(fileURLToPath(import.meta.url)), 'icons')
const linuxSizes = [16, 32, 48, 64, 128, 256, 512, 1024]
const windowsSizes = [16, 32, 48, 64, 128, 256]
/** What macOS calls each size it takes as PNG (the 2x ones included). */
const macNames = { 16: 'icp4', 32: 'icp5', 64: 'icp6', 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' }

const svg = readFileSync(join(icons, 'icon.svg'), 'utf8')
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
/** @type {Map<number, Buffer>} */
const drawn = new Map()
for (const size of linuxSizes) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`)
  drawn.set(size, await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()

for (const [size, png] of drawn) writeFileSync(join(icons, `${size}x${size}.png`), png)
writeFileSync(join(icons, 'icon.ico'), toIco(windowsSizes.map((size) => [size, pngOf(size)])))
writeFileSync(join(icons, 'icon.icns'), toIcns(Object.entries(macNames).map(([size, name]) => [name, pngOf(Number(size))])))

/** @param {number} size */
function pngOf(size) {
  const png = drawn.get(size)
  if (png === undefined) throw new Error(`no drawing of ${size} pixels`)
  return png
}

/** @param {[number, Buffer][]} images */
function toIco(images) {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  let offset = header.length
  for (const [index, [size, png]] of images.entries()) {
    const at = 6 + 16 * index
    // 256 is written as 0.
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...images.map(([, png]) => png)])
}

/** @param {[string, Buffer][]} images */
function toIcns(images) {
  const parts = images.map(([name, png]) => {
    const head = Buffer.alloc(8)
    head.write(name, 0, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.write('icns', 0, 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}
