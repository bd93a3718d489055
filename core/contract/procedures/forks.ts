/** For logs that were told in several ways: names, inputs and outputs. */
import { forkChoice, forkList, forkPreview, resolveAnyFork } from '../forks.ts'
import { base, done, nothing } from './base.ts'

export const forkProcedures = {
  list: base.route({ method: 'GET', path: '/forks', summary: 'Logs that were told in several ways' }).input(nothing).output(forkList),
  preview: base
    .route({ method: 'POST', path: '/forks/preview', summary: 'What would gain and lose effect if this telling counted' })
    .input(forkChoice)
    .output(forkPreview),
  resolve: base
    .route({ method: 'POST', path: '/forks/resolve', summary: 'Decide which telling of a log counts, of a node or of a master' })
    .input(resolveAnyFork)
    .output(done),
}
