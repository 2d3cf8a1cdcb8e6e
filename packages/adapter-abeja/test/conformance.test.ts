import { runConformance } from '@stowage/conformance'
import { bucketSetup, channelSetup } from './conformance-setup.ts'

runConformance(channelSetup, {
  scorecard: new URL('../../../docs/backends/scorecards/abeja.json', import.meta.url),
})
runConformance(bucketSetup)
