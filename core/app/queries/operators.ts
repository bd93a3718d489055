/** Who may act here. */
import { operatorRoles, type OperatorView } from '../../contract/people.ts'
import type { Row } from '../../kernel/reader.ts'
import type { ReadModel } from '../read-model.ts'

type OperatorRow = Row & {
  readonly subject: string
  readonly name: string
  readonly role: string
  readonly key_id: string
  readonly created_at: string
}

/** In the order in which they were made. */
export function listOperators(model: Pick<ReadModel, 'reader'>): OperatorView[] {
  return model.reader
    .all<OperatorRow>('SELECT subject, name, role, key_id, created_at FROM operators ORDER BY created_at, subject')
    .map((row) => ({
      id: row.subject,
      name: row.name,
      role: roleOf(row.role),
      keyId: row.key_id,
      createdAt: row.created_at,
    }))
}

/** A role that this version does not know may look and nothing else. */
function roleOf(role: string): OperatorView['role'] {
  return operatorRoles.find((known) => known === role) ?? 'viewer'
}
