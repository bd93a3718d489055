import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunProgram } from '../../../core/kernel/ports.ts'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { createVolumes } from '../../../core/platform/volumes.ts'
import { isOnDevice, isRemovableDevice, labelOf, parseMountInfo } from '../../../core/platform/volumes-linux.ts'
import { parsePropertyList, volumeOf } from '../../../core/platform/volumes-mac.ts'
import { parseVolumes } from '../../../core/platform/volumes-windows.ts'

/** Recorded on a Linux machine, with a stick as udisks mounts it. */
const mountInfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334432k,nr_inodes=3083608,mode=755
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard,resuid=65534
42 27 7:0 / /mnt/loop rw,relatime - ext4 /dev/loop0 rw
43 27 0:39 / /mnt/small rw,relatime - tmpfs none rw,size=1024k
61 27 8:17 / /run/media/ada/NORTH\\040STICK rw,nosuid,nodev,relatime shared:331 - vfat /dev/sdb1 rw,uid=1000,fmask=0022,codepage=437
62 27 8:33 / /run/media/ada/locked ro,nosuid,nodev,relatime shared:340 master:2 - iso9660 /dev/sdc1 ro,nojoliet
a line that is none
63 27 8:34 / /run/media/ada/locked rw,relatime - exfat /dev/sdc2 rw
`

/** As `diskutil info -plist` of a stick prints it. */
const propertyList = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>BusProtocol</key>
	<string>USB</string>
	<key>DeviceNode</key>
	<string>/dev/disk4s1</string>
	<key>Ejectable</key>
	<true/>
	<key>FilesystemType</key>
	<string>msdos</string>
	<key>FreeSpace</key>
	<integer>15728640000</integer>
	<key>Internal</key>
	<false/>
	<key>MountPoint</key>
	<string>/Volumes/NORTH &amp; SOUTH</string>
	<key>RemovableMediaOrExternalDevice</key>
	<true/>
	<key>Size</key>
	<integer>16008609792</integer>
	<key>VolumeName</key>
	<string>NORTH &amp; SOUTH</string>
	<key>WritableVolume</key>
	<true/>
</dict>
</plist>`

const never: RunProgram = async () => ({ kind: 'failed', reason: 'not there' })
const volumes = createVolumes({ scheduler: createScheduler(), runProgram: never })
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ibcf-volume-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text)
}

describe('what is plugged in', () => {
  it('[CU1] is read from what Linux says is mounted, the later mount of a path alone', () => {
    const mounts = parseMountInfo(mountInfo)
    expect(mounts.filter(isOnDevice).map(({ path }) => path)).toEqual([
      '/',
      '/mnt/loop',
      '/run/media/ada/NORTH STICK',
      '/run/media/ada/locked',
    ])
    expect(mounts.find(({ path }) => path.includes('NORTH'))).toEqual({
      device: '8:17',
      path: '/run/media/ada/NORTH STICK',
      fileSystem: 'vfat',
      source: '/dev/sdb1',
      isReadOnly: false,
    })
    expect(mounts.at(-1)).toMatchObject({ fileSystem: 'exfat', isReadOnly: false })
    expect(parseMountInfo(mountInfo.split('\n').slice(0, 7).join('\n')).at(-1)).toMatchObject({ fileSystem: 'iso9660', isReadOnly: true })
    expect(
      labelOf({ device: '8:99', fileSystem: 'vfat', isReadOnly: false, source: '/dev/none9', path: '/run/media/ada/NORTH STICK' }),
    ).toBe('NORTH STICK')
  })

  it('[CU1] tells what can be taken out by where it hangs', () => {
    expect(isRemovableDevice('/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host4/target4:0:0/4:0:0:0/block/sdb/sdb1', '0\n')).toBe(
      true,
    )
    expect(isRemovableDevice('/sys/devices/pci0000:00/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0/mmcblk0p1', '0')).toBe(true)
    expect(isRemovableDevice('/sys/devices/pci0000:00/0000:00:1f.2/ata1/block/sr0', '1\n')).toBe(true)
    expect(isRemovableDevice('/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda/sda1', '0\n')).toBe(false)
    expect(isRemovableDevice('/sys/devices/virtual/block/loop0', '0')).toBe(false)
  })

  it('[CU1] is read from the property list of macOS', () => {
    expect(parsePropertyList(propertyList)).toMatchObject({ Ejectable: true, Internal: false, FreeSpace: 15728640000 })
    expect(volumeOf(propertyList)).toEqual({
      path: '/Volumes/NORTH & SOUTH',
      label: 'NORTH & SOUTH',
      kind: 'removable',
      fileSystem: 'msdos',
      isReadOnly: false,
      totalBytes: 16008609792,
      freeBytes: 15728640000,
      largestFileBytes: 2 ** 32 - 1,
    })
    const inside = propertyList
      .replace('<key>Internal</key>\n\t<false/>', '<key>Internal</key>\n\t<true/>')
      .replace('<key>RemovableMediaOrExternalDevice</key>\n\t<true/>', '<key>RemovableMediaOrExternalDevice</key>\n\t<false/>')
    expect(volumeOf(inside)).toBeUndefined()
    expect(volumeOf(propertyList.replace('>USB<', '>Disk Image<'))).toBeUndefined()
    expect(volumeOf('no list at all')).toBeUndefined()
  })

  it('[CU1] is read from the storage module of Windows', () => {
    const output =
      '\uFEFF[{"letter":"E","label":"NORTH","fileSystem":"FAT32","size":16000000000,"free":15000000000,"readOnly":false},{"letter":"F","label":"","fileSystem":"NTFS","size":500000000000,"free":1,"readOnly":true},{"letter":"G","label":"","fileSystem":"","size":0,"free":0,"readOnly":false}]\r\n'
    expect(parseVolumes(output)).toEqual([
      {
        path: 'E:\\',
        label: 'NORTH',
        kind: 'removable',
        fileSystem: 'FAT32',
        isReadOnly: false,
        totalBytes: 16000000000,
        freeBytes: 15000000000,
        largestFileBytes: 2 ** 32 - 1,
      },
      {
        path: 'F:\\',
        label: 'F:',
        kind: 'removable',
        fileSystem: 'NTFS',
        isReadOnly: true,
        totalBytes: 500000000000,
        freeBytes: 1,
        largestFileBytes: null,
      },
    ])
    // One volume is no list in PowerShell 5, none is nothing.
    expect(parseVolumes('{"letter":"E","label":"X","fileSystem":"exFAT","size":1,"free":1,"readOnly":false}')).toHaveLength(1)
    expect(parseVolumes('')).toEqual([])
  })

  it('[CU1] takes any directory that is named, and says when it is not there', async () => {
    const volume = await volumes.look(directory)
    expect(volume).toMatchObject({ path: directory, kind: 'named', isReadOnly: false })
    expect(volume.freeBytes).toBeGreaterThan(0)
    expect(volumes.freeBytes(directory)).toBeGreaterThan(0)
    await expect(volumes.look(join(directory, 'away'))).rejects.toMatchObject({ code: 'VOLUME_MISSING' })
    expect(() => volumes.freeBytes(join(directory, 'away'))).toThrow(expect.objectContaining({ code: 'VOLUME_MISSING' }))
  })

  it('[CU3] has nothing to eject of a directory', async () => {
    await expect(volumes.eject(directory)).rejects.toMatchObject({ code: 'VOLUME_NOT_EJECTABLE' })
    await expect(volumes.eject(join(directory, 'away'))).rejects.toMatchObject({ code: 'VOLUME_MISSING' })
  })
})

describe('a file on a volume', () => {
  it('[CU2] is there whole, and replaces what was there only then', async () => {
    const first = await volumes.writeAndVerify(directory, 'receipt.json', chunks('one'))
    expect(first).toMatchObject({ path: join(directory, 'receipt.json'), sizeBytes: 3 })
    const second = await volumes.writeAndVerify(directory, 'receipt.json', chunks('o', 'ther'))
    expect(second.sizeBytes).toBe(5)
    expect(readFileSync(second.path, 'utf8')).toBe('other')
    expect(readdirSync(directory)).toEqual(['receipt.json'])
  })

  it('[CU2] leaves what was there when it is given up, or what it is made of fails', async () => {
    await volumes.writeAndVerify(directory, 'a', chunks('before'))
    const stop = new AbortController()
    async function* pulled(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10)
      stop.abort()
      yield new Uint8Array(10)
    }
    await expect(volumes.writeAndVerify(directory, 'a', pulled(), { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(volumes.writeAndVerify(directory, 'a', chunks('12345'), { largestFileBytes: 4 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
    })
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('before')
    expect(readdirSync(directory)).toEqual(['a'])
  })

  it('[CU2] is refused when the volume is gone, before and in the midst of it', async () => {
    await expect(volumes.writeAndVerify(join(directory, 'away'), 'a', chunks('x'))).rejects.toMatchObject({ code: 'VOLUME_GONE' })
    const stick = join(directory, 'stick')
    mkdirSync(stick)
    async function* pulled(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10)
      rmSync(stick, { recursive: true })
      yield new Uint8Array(10)
    }
    await expect(volumes.writeAndVerify(stick, 'a', pulled())).rejects.toMatchObject({ code: 'VOLUME_GONE' })
  })

  it('[CU2] has no path in its name', async () => {
    for (const name of ['../a', 'b/c', '/etc/a']) {
      await expect(volumes.writeAndVerify(directory, name, chunks('x'))).rejects.toMatchObject({ code: 'FILE_NAME' })
    }
    writeFileSync(join(directory, 'plain'), '')
    expect(readdirSync(directory)).toEqual(['plain'])
  })
})
