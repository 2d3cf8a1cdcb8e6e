import { type Application, PageEvent, RendererEvent } from 'typedoc'
import { findSiteFaults, readBuiltSite } from './built-site.ts'
import { markProseColumns } from './prose-columns.ts'

/** A plugin of typedoc: makes small repairs to its pages, and looks the built site through. What is wrong with it fails `pnpm docs:api`. */
export function load(application: Application): void {
  // Links to README.md become links to a folder, which only a server turns into its index.html.
  application.renderer.on(PageEvent.END, (page) => {
    page.contents = markProseColumns((page.contents ?? '').replaceAll('href="../"', 'href="../index.html"'))
  })
  application.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const faults = findSiteFaults(readBuiltSite(outputDirectory))
    for (const fault of faults) application.logger.error(fault as never)
  })
}
