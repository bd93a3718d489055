/** `ibcf evidence`: what was refused, as files that can be checked anywhere. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EvidenceDocument, evidenceDocument, evidenceFile, evidencePayloadType } from '../contract/evidence.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { fromBase64, toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { keyIdOf, preAuthenticationEncoding } from '../log/dsse.ts'
import { keyWordsOf } from '../log/fingerprint.ts'
import { decodeSegment, verifySegment } from '../log/segment.ts'
import { createFiles } from '../platform/files.ts'
import { createPorts } from '../platform/ports.ts'
import { callProcedure, targetOfDirectory } from './api-client.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'

type Listed = {
  readonly items: readonly {
    readonly id: number
    readonly nodeId: string
    readonly at: string
    readonly code: string
    readonly sentence: string
  }[]
}

/** What a check finds out about a file, in the words of the verifier. */
type Finding = { readonly code: string; readonly sentence: string }

export const command: Command = {
  name: 'evidence',
  summary: 'lists what was refused, exports it, checks such a file',
  usage: `
ibcf evidence --data DIR [--node ID] [--json]
ibcf evidence --data DIR --number N --out DIRECTORY [--json]
ibcf evidence --check FILE [--json]

Lists what the master that runs on DIR refused and kept; writes one piece of it into a file that stands for itself, signed by the master;
or checks such a file, without a master: its signature, its bytes, and why they are not the node's word. A file that was altered ends with
exit status 1. With --json: {"ok":true,...}.

  --node ID         only what came in the name of this node
  --number N        which piece, as listed
  --out DIRECTORY   where the file is written; one of the same name is not overwritten
  --check FILE      a file that was exported before, here or elsewhere`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      node: { type: 'string' },
      number: { type: 'string' },
      out: { type: 'string' },
      check: { type: 'string' },
      json: { type: 'boolean' },
    })
    const isJson = values.json === true
    if (values.check !== undefined) return check(pathOption(values.check, 'check', io), isJson, io)
    const target = targetOfDirectory(pathOption(values.data, 'data', io), createFiles())
    const ask = (procedure: string, input: unknown): Promise<unknown> =>
      callProcedure(target, 'main', procedure, input, undefined, io.signal)
    if (values.number === undefined) {
      const { items } = (await ask('evidence.list', values.node === undefined ? {} : { nodeId: values.node })) as Listed
      if (isJson) io.stdout(JSON.stringify({ ok: true, items }))
      else if (items.length === 0) io.stdout('Nothing was refused and kept.')
      else for (const { id, at, nodeId, code, sentence } of items) io.stdout(`${id}  ${at}  ${nodeId}  ${sentence} (${code})`)
      return exitCodes.done
    }
    const number = Number(values.number)
    if (!Number.isSafeInteger(number) || number < 1)
      throw new AppError('Invalid', 'OPTION_MALFORMED', '--number takes a number, as listed.')
    const directory = pathOption(values.out, 'out', io)
    const { name, text } = (await ask('evidence.export', { number })) as { readonly name: string; readonly text: string }
    const path = join(directory, name)
    if (existsSync(path)) throw new AppError('Conflict', 'FILE_EXISTS', `${path} is there already.`, { path })
    writeFileSync(path, text, { flag: 'wx' })
    io.stdout(isJson ? JSON.stringify({ ok: true, path }) : `Written: ${path}`)
    return exitCodes.done
  },
}

function check(path: string, isJson: boolean, io: CommandIo): number {
  const ports = createPorts('evidence', 'warn')
  const opened = openFile(ports.crypto, ports.files.read(path), path)
  if (!opened.ok) {
    const { code, sentence } = opened.refusal
    if (isJson) io.stdout(JSON.stringify({ ok: false, code, message: sentence }))
    io.stderr(`${sentence} (${code})`)
    return exitCodes.checkFailed
  }
  const document = opened.value
  const finding = judge(ports.crypto, document)
  const keyWords = keyWordsOf(ports.crypto, fromBase64(document.masterPublicKey)).join(' ')
  const { nodeId, log, from, to, code, masterId, masterName, firstAt } = document
  if (isJson) io.stdout(JSON.stringify({ ok: true, nodeId, log, from, to, code, masterId, keyWords, found: finding }))
  else {
    io.stdout(`Refused by ${masterName} (${masterId}) at ${firstAt}: ${document.sentence} (${code})`)
    io.stdout(`Node ${nodeId}, ${log}, events ${from} to ${to}.`)
    io.stdout(`Found now: ${finding.sentence} (${finding.code})`)
    io.stdout(`The key of the master that vouches for this, to be compared by voice: ${keyWords}`)
  }
  return exitCodes.done
}

/** Code: EVIDENCE_ALTERED. Throws NotFound `FILE_MISSING`. */
function openFile(crypto: Crypto, bytes: Uint8Array | undefined, path: string): Result<EvidenceDocument> {
  if (bytes === undefined) throw new AppError('NotFound', 'FILE_MISSING', `There is no file ${path}.`, { path })
  const altered = (why: string): Result<never> =>
    refused('EVIDENCE_ALTERED', `This is not a piece of evidence as it was exported: ${why}.`, { path })
  const file = evidenceFile.safeParse(parse(bytes))
  if (!file.success) return altered('it cannot be read')
  const { document, signature, keyid } = file.data.statement
  const statement = fromBase64(document)
  const checked = evidenceDocument.safeParse(parse(statement))
  if (!checked.success) return altered('what it states cannot be read')
  const publicKey = fromBase64(checked.data.masterPublicKey)
  if (
    keyIdOf(crypto, publicKey) !== keyid ||
    !crypto.verify(publicKey, preAuthenticationEncoding(evidencePayloadType, statement), fromBase64(signature))
  )
    return altered('its signature is not by the master that it names')
  if (checked.data.bytes !== null && toHex(crypto.sha256(fromBase64(checked.data.bytes))) !== checked.data.sha256)
    return altered('its bytes are not those of its digest')
  return accepted(checked.data)
}

/** Why the bytes are not the node's word, by the same rules as when they came; or that they are, and were refused for another reason. */
function judge(crypto: Crypto, { bytes, nodeId, nodeKeys }: EvidenceDocument): Finding {
  if (bytes === null) return { code: 'BYTES_NOT_KEPT', sentence: 'The bytes were not kept; the digest tells them apart from others.' }
  const decoded = decodeSegment(fromBase64(bytes))
  if (!decoded.ok) return decoded.refusal
  if ((decoded.value.log.origin as string) !== nodeId)
    return { code: 'SEGMENT_FOREIGN', sentence: 'They are part of a log that is not the node’s own.' }
  const key = nodeKeys.find(({ keyid }) => keyid === decoded.value.header.keyid) ?? nodeKeys.at(-1)
  if (key === undefined) return { code: 'KEY_NOT_HELD', sentence: 'No key of the node is named, so nothing can be said of the signature.' }
  const verified = verifySegment(crypto, fromBase64(key.publicKey), decoded.value)
  return verified.ok
    ? { code: 'AUTHENTIC', sentence: 'They are what the node signed; they were refused for another reason.' }
    : verified.refusal
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Not JSON: the schema refuses undefined, and the caller says so.
    return undefined
  }
}
