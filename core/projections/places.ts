/** Where each node is and with which keys, by its approval, its moves and replaced keys alone: what everything else that was decided about it is judged by ([AU14], [AU23]). */
import { evolvePlace, type Place, placeTypes } from '../fleet/node/place.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export const placesProjection = defineProjection<null, Place | null>({
  name: 'places',
  version: 2,
  handles: [...placeTypes, 'ibcf.key.replaced.v1'],
  facts: foldsNothing,
  decisions: { initial: null, apply: (place, { event }) => evolvePlace(place, event) },
  table: { name: 'node_places', columns: { domain: 'TEXT', base: 'INTEGER', releases: 'INTEGER' }, indexes: [] },
  row: (_subject, _facts, place) =>
    place === null ? undefined : { domain: place.domainId, base: place.base, releases: place.releases.length },
})
