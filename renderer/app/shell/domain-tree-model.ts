/** Which branches of the tree of domains the rail shows: a large tree is folded but for the way to where one is. */

type Branch = { readonly id: string; readonly parentId: string | null; readonly depth: number }

/** Up to this many domains the whole tree is shown. */
const shownWhole = 40

/** Keeps the order of the rows. Shown of a large tree: the first two levels, the path to the present domain, its children and siblings. */
export function visibleBranches<Row extends Branch>(rows: readonly Row[], hereId: string | null): readonly Row[] {
  if (rows.length <= shownWhole) return rows
  const byId = new Map(rows.map((row) => [row.id, row]))
  const open = new Set<string | null>([null])
  const root = rows[0]
  if (root !== undefined) open.add(root.id)
  for (
    let at = hereId === null ? undefined : byId.get(hereId);
    at !== undefined;
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  )
    open.add(at.id)
  return rows.filter((row) => open.has(row.parentId))
}
