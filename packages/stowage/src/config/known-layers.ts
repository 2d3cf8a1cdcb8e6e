import type { LayerTable } from './check-layers.ts'

/** Gives the layers that config can name. */
export async function knownLayers(): Promise<LayerTable> {
  const { builtInLayers } = await import('@stowage/core/driver')
  return new Map(Object.values(builtInLayers).map((layer) => [layer.name, layer]))
}
