/** The guide as it lies in the package, in the order in which it is read. */
import overview from '../../../resources/guide/1-overview.md?raw'
import nodes from '../../../resources/guide/2-nodes.md?raw'
import returning from '../../../resources/guide/3-returning.md?raw'
import deciding from '../../../resources/guide/4-deciding.md?raw'
import carrying from '../../../resources/guide/5-carrying.md?raw'
import keeping from '../../../resources/guide/6-keeping.md?raw'
import { type GuidePage, toPage } from './model.ts'

export const guidePages: readonly GuidePage[] = [
  toPage('overview', overview),
  toPage('nodes', nodes),
  toPage('returning', returning),
  toPage('deciding', deciding),
  toPage('carrying', carrying),
  toPage('keeping', keeping),
]
