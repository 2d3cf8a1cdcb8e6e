import { compileGlob, type GlobMatcher } from './glob.ts'

/** An action of the data API, as its paths name it. */
export type DcssAction = 'get_object' | 'head_object' | 'put_object' | 'delete_object' | 'list_objects_v2'

/** All actions. */
export const dcssActions: readonly DcssAction[] = [
  'get_object',
  'head_object',
  'put_object',
  'delete_object',
  'list_objects_v2',
]

/** Lets users do things to objects of a space. */
export interface DcssGrant {
  /** Who: everybody with a token, or users by their uid. */
  readonly users: 'anybody' | readonly number[]
  /** The storage space, for example `private`. */
  readonly space: string
  /** What they may do. Default: everything. */
  readonly actions?: readonly DcssAction[] | undefined
  /**
   * Which objects: patterns as C's `fnmatch` has them, where `*` crosses slashes too and `{uid}` is the user's. A listing is
   * held against its prefix.
   */
  readonly objects: readonly string[]
}

/** What a user wants to do. */
export interface DcssAccess {
  /** The user. */
  readonly uid: number
  /** The space. */
  readonly space: string
  /** The action. */
  readonly action: DcssAction
  /** The key, or the prefix of a listing. */
  readonly object: string
}

/** What everybody may do without being told: everything below their own uid in the space `user`. */
export const everybodysGrant: DcssGrant = { users: 'anybody', space: 'user', objects: ['{uid}/*'] }

/** Decides who may do what. What no grant allows is refused. */
export class Grants {
  readonly #grants: readonly DcssGrant[]
  readonly #matchers = new Map<string, GlobMatcher>()

  constructor(grants: readonly DcssGrant[]) {
    this.#grants = grants
  }

  /** Tells whether a user may do something. */
  allows({ uid, space, action, object }: DcssAccess): boolean {
    return this.#grants.some(
      (grant) =>
        grant.space === space &&
        (grant.users === 'anybody' || grant.users.includes(uid)) &&
        (grant.actions === undefined || grant.actions.includes(action)) &&
        grant.objects.some((pattern) => this.#matcher(pattern, uid)(object)),
    )
  }

  #matcher(pattern: string, uid: number): GlobMatcher {
    // Only patterns that are the same for all are kept: there are as many of the others as there are users.
    if (pattern.includes('{uid}')) return compileGlob(pattern.replaceAll('{uid}', String(uid)))
    const matcher = this.#matchers.get(pattern) ?? compileGlob(pattern)
    this.#matchers.set(pattern, matcher)
    return matcher
  }
}
