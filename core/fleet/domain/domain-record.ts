/** The Domain of the seed's canonical objects: a scope of trust and authority (region, cluster, tenant, air-gap island). */
import { z } from 'zod'
import { masterLevels } from '../node/node-record.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

export const domainKinds = ['REGION', 'CLUSTER', 'TENANT', 'AIR_GAP_ISLAND', 'OTHER'] as const

export const domainRecordSchema = z.object({
  id: ulid,
  name: z.string(),
  /** Null where nobody said; it decides nothing. */
  kind: z.enum(domainKinds).nullable(),
  /** Null at the top of the tree. */
  parent_id: ulid.nullable(),
  level: z.enum(masterLevels),
  authority: z.object({
    master_of_record: z.enum(masterLevels).nullable(),
    controller_ids: z.array(ulid),
    last_authoritative_update_ts: z.iso.datetime().nullable(),
  }),
  policy_bundle_id: ulid.nullable(),
})
