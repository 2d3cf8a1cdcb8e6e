import { builtInLayers } from '@stowage/core/driver'
import type { LayerTable } from './check-layers.ts'

/** Gives the layers that config can name. */
export function knownLayers(): LayerTable {
  return new Map(Object.values(builtInLayers).map((layer) => [layer.name, layer]))
}
