/** Moving nodes between domains. */
import { z } from 'zod'
import { id } from './common.ts'

/** Handed upward where only the domain that it is in is held here; taken over where it was handed up towards one that is. */
export const moveRequest = z.object({ nodeId: id, toDomainId: id, reason: z.string().trim().min(1).max(1000) })
