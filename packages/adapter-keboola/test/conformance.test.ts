import { runConformance } from '@stowage/conformance'
import { keboolaSetup } from './conformance-setup.ts'

runConformance(keboolaSetup, {
  scorecard: new URL('../../../docs/backends/scorecards/keboola.json', import.meta.url),
})
