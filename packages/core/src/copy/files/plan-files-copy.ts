import { existsSync } from 'node:fs'
import type { CallContext } from '../../driver/call.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { CopyPlan } from '../copy-plan.ts'
import { problemsOfSides } from './check-sides.ts'
import { copyFiles } from './copy-files.ts'
import {
  type CheckedFilesOptions,
  checkFilesOptions,
  type CopyFilesOptions,
  type CopyFilesResult,
} from './copy-files-options.ts'
import { type FilePair, listSide, pairFiles } from './file-pairs.ts'
import { type FileSet, nameOfSide, type Side, toSides } from './file-set.ts'
import { FilesEstimate } from './files-estimate.ts'
import { FilesJournal } from './files-journal.ts'
import { PlanFindings } from './plan-findings.ts'
import { FilesFingerprint, listable } from './scan-files.ts'

/**
 * Says what {@link copyFiles} would do with the same arguments, and changes nothing. It lists both sides through, a page at a time.
 *
 * What a listing doesn't tell it can't either: names that only the service refuses, and metadata and tags where listings leave them out.
 */
export async function planFilesCopy(
  source: FileSet,
  target: FileSet,
  options: CopyFilesOptions = {},
): Promise<CopyPlan<CopyFilesResult>> {
  const checked = checkFilesOptions('planFilesCopy', options)
  const [from, to] = toSides(source, target)
  const { signal, timeoutMs } = options
  const place = { operation: 'planFilesCopy', resource: nameOfSide(to) }
  return to.session.run(place, { signal, timeoutMs }, async (call) => {
    const { problems, ...plan } = await new FilesPlan(from, to, checked).make(call)
    const { fingerprint } = plan
    return {
      ...plan,
      problems: problems.map(({ message }) => message),
      apply: () => {
        const [problem] = problems
        if (problem !== undefined) throw refusal(problem)
        return copyFiles(source, target, { ...options, expect: fingerprint })
      },
    }
  })
}

function refusal({ code, message }: StorageError): StorageError {
  const facts = {
    code: code === 'unsupported' ? code : 'invalid-argument',
    message: `the plan has a problem: ${message}`,
  }
  return new StorageError(facts as { code: 'unsupported' | 'invalid-argument'; message: string })
}

type PlanData = Omit<CopyPlan, 'apply' | 'problems'> & { readonly problems: readonly StorageError[] }

class FilesPlan {
  readonly #source: Side
  readonly #target: Side
  readonly #options: CheckedFilesOptions
  readonly #estimate: FilesEstimate
  readonly #findings: PlanFindings
  readonly #fingerprint: FilesFingerprint
  #replaced = 0
  #deleted = 0

  constructor(source: Side, target: Side, options: CheckedFilesOptions) {
    this.#source = source
    this.#target = target
    this.#options = options
    this.#estimate = new FilesEstimate(source, target, options)
    this.#findings = new PlanFindings(target, options, problemsOfSides(source, target, options))
    this.#fingerprint = new FilesFingerprint(source, target, options)
  }

  async make(call: CallContext): Promise<PlanData> {
    const isThere = await this.#isTargetThere(call)
    const journal = await this.#openJournal()
    try {
      const target = isThere ? listable(this.#target) : undefined
      for await (const pair of pairFiles(this.#source, target, call)) this.#look(pair, journal)
    } finally {
      await journal?.close()
    }
    return {
      kind: 'files',
      source: nameOfSide(this.#source),
      target: nameOfSide(this.#target),
      mode: this.#options.mode,
      ...this.#estimate.result(this.#deleted),
      casts: this.#findings.casts,
      destructive: this.#destructive(),
      problems: this.#findings.problems,
      fingerprint: this.#fingerprint.digest(),
    }
  }

  async #isTargetThere(call: CallContext): Promise<boolean> {
    if (listable(this.#target) === undefined) return true
    const files = listSide(this.#target, call)
    try {
      await files.next()
      return true
    } catch (error) {
      if (!StorageError.is(error, 'not-found')) throw error
      const message = `there is no ${nameOfSide({ ...this.#target, prefix: '' })}: create the bucket first`
      this.#findings.add(new StorageError({ code: 'not-found', message }))
      return false
    } finally {
      await files.return()
    }
  }

  /** A plan for a copy that goes on leaves out what is done. */
  async #openJournal(): Promise<FilesJournal | undefined> {
    const { journal } = this.#options
    if (journal === undefined || !existsSync(journal)) return undefined
    return FilesJournal.open(journal, this.#source, this.#target, this.#options)
  }

  #look(pair: FilePair, journal: FilesJournal | undefined): void {
    const { rest, source, there } = pair
    const { mode } = this.#options
    this.#fingerprint.add(pair)
    if (source !== undefined) this.#estimate.list('source')
    if (there !== undefined) this.#estimate.list('target')
    if (source === undefined) return void (this.#deleted += mode === 'replace' ? 1 : 0)
    if (journal?.isDone(pair) === true) return
    if (there !== undefined && mode === 'skip-existing') return
    if (there !== undefined && mode === 'append') {
      const mayBeOurs = journal?.isOurs(pair) === true || journal?.isInDoubt(rest) === true
      if (!mayBeOurs) this.#findings.isThere(source)
    }
    if (there !== undefined) this.#replaced += 1
    this.#estimate.copy(source)
    this.#findings.look(rest, source)
  }

  #destructive(): string[] {
    const name = nameOfSide(this.#target)
    const isReplacing = this.#options.mode === 'upsert' || this.#options.mode === 'replace'
    const steps = []
    if (isReplacing && this.#replaced > 0) steps.push(`replaces ${filesOf(this.#replaced)} of ${name}`)
    if (this.#deleted > 0) steps.push(`deletes ${filesOf(this.#deleted)} of ${name} that the source doesn't have`)
    return steps
  }
}

function filesOf(count: number): string {
  return count === 1 ? '1 file' : `${count} files`
}
