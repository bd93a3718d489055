/** For the shift: names, inputs and outputs. */
import {
  beginMaintenanceRequest,
  clocksView,
  endMaintenanceRequest,
  maintenanceList,
  maintenanceListRequest,
  noteList,
  noteListRequest,
  sheetRequest,
  shiftSheet,
  writeNoteRequest,
} from '../shift.ts'
import { id } from '../common.ts'
import { base, done, nothing } from './base.ts'

export const maintenanceProcedures = {
  list: base
    .route({ method: 'GET', path: '/maintenance', summary: 'What is being worked on' })
    .input(maintenanceListRequest)
    .output(maintenanceList),
  begin: base
    .route({ method: 'POST', path: '/maintenance', summary: 'Put aside what a node, a relay or a domain needs, until an instant' })
    .input(beginMaintenanceRequest)
    .output(done.extend({ maintenanceId: id })),
  end: base
    .route({ method: 'POST', path: '/maintenance/{maintenanceId}/end', summary: 'Say that it is over' })
    .input(endMaintenanceRequest)
    .output(done),
}

export const noteProcedures = {
  list: base.route({ method: 'GET', path: '/notes', summary: 'The log book, newest first' }).input(noteListRequest).output(noteList),
  write: base.route({ method: 'POST', path: '/notes', summary: 'Write into the log book' }).input(writeNoteRequest).output(done),
}

export const shiftProcedures = {
  sheet: base
    .route({ method: 'GET', path: '/shift/sheet', summary: 'What the next shift has to know, since an instant' })
    .input(sheetRequest)
    .output(shiftSheet),
  clocks: base.route({ method: 'GET', path: '/shift/clocks', summary: 'How far clocks are off' }).input(nothing).output(clocksView),
}
