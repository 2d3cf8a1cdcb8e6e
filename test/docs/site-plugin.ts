import { type Application, PageEvent, RendererEvent } from 'typedoc'
import { findSiteFaults, readBuiltSite } from './built-site.ts'
import { markTableCells } from './table-cells.ts'

/** A plugin of typedoc: makes small repairs to its pages, and looks the built site through. What is wrong with it fails `pnpm docs:api`. */
export function load(application: Application): void {
  // The packages stand in the order of typedoc.json, behind the pages.
  application.renderer.on(RendererEvent.BEGIN, ({ project }) => {
    project.childrenIncludingDocuments?.sort((left, right) => Number(right.isDocument()) - Number(left.isDocument()))
  })
  // Links to README.md become links to a folder, which only a server turns into its index.html.
  application.renderer.on(PageEvent.END, (page) => {
    page.contents = markTableCells((page.contents ?? '').replaceAll('href="../"', 'href="../index.html"'))
  })
  application.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const faults = findSiteFaults(readBuiltSite(outputDirectory))
    for (const fault of faults) application.logger.error(fault as never)
  })
}
