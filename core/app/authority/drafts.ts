/**
 * Acts on authority that wait for the signatures of named keys ([AU22]): drafted here, signed here or at other stations, finished once
 * enough have signed. Local to this master and no event: until it is finished nothing was decided.
 */
import { type AuthorityRequest } from '../../fleet/authority/request.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'

export type DraftRequest = Extract<AuthorityRequest, { readonly kind: 'grant' | 'break-glass' | 'resolve' }>

export type Draft = {
  readonly draftId: string
  readonly request: DraftRequest
  /** Base64 of the exact bytes that are signed. */
  readonly payload: string
  readonly signatures: readonly { readonly keyId: string; readonly publicKey: string; readonly sig: string }[]
  readonly draftedAt: string
  readonly draftedBy: string
}

export function createDraftTable(writer: Writer): void {
  writer.run('CREATE TABLE IF NOT EXISTS authority_drafts (draft_id TEXT PRIMARY KEY, draft TEXT NOT NULL) STRICT')
}

export function putDraft(writer: Writer, draft: Draft): void {
  writer.run(
    'INSERT INTO authority_drafts (draft_id, draft) VALUES (?, ?) ON CONFLICT (draft_id) DO UPDATE SET draft = excluded.draft',
    draft.draftId,
    JSON.stringify(draft),
  )
}

export function dropDraft(writer: Writer, draftId: string): void {
  writer.run('DELETE FROM authority_drafts WHERE draft_id = ?', draftId)
}

/** Oldest first. */
export function listDrafts(reader: Reader): readonly Draft[] {
  return reader
    .all<{ draft: string }>('SELECT draft FROM authority_drafts ORDER BY draft_id')
    .map(({ draft }) => JSON.parse(draft) as Draft)
}

export function readDraft(reader: Reader, draftId: string): Draft | undefined {
  const row = reader.get<{ draft: string }>('SELECT draft FROM authority_drafts WHERE draft_id = ?', draftId)
  return row === undefined ? undefined : (JSON.parse(row.draft) as Draft)
}
