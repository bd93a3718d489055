/** What answers the procedures of contract/procedures/shift.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const maintenanceHandlers = {
  list: os.maintenance.list.handler(({ input, context }) => queriesOf(context).maintenance(input)),
  begin: os.maintenance.begin.handler(({ input, context }) => act(context, 'maintenance.begin', input)),
  end: os.maintenance.end.handler(async ({ input, context }) => ({ eventIds: await act(context, 'maintenance.end', input) })),
}

export const noteHandlers = {
  list: os.note.list.handler(({ input, context }) => queriesOf(context).notes(input)),
  write: os.note.write.handler(async ({ input, context }) => ({ eventIds: await act(context, 'note.write', input) })),
}

export const shiftHandlers = {
  sheet: os.shift.sheet.handler(({ input, context }) => queriesOf(context).shiftSheet(input)),
  clocks: os.shift.clocks.handler(({ context }) => queriesOf(context).clocks()),
}
