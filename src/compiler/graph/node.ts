import { hash } from 'node:crypto'
import type { Unit } from '../bindings/unit.ts'

export type NodeKind = 'unit' | 'origin' | 'initial' | 'effect' | 'dropped' | 'namespace' | 'evaluation' | 'program' | 'asset' | 'unread' | 'package' | 'builtin' | 'unresolved' | 'nothing' | 'missing'

/** A reference to a member by its name. */
export interface MemberUse {
  /** What it is a member of. */
  node: GraphNode
  member: string
}

/** What stands in a node. */
export interface Content {
  /** Its own code in normal form, or what stands for it. */
  text: string
  refs?: readonly GraphNode[]
  unit?: Unit
  /** Those of its references that name a static member. */
  members?: readonly MemberUse[]
  package?: { name: string; version: string }
  /** A variable whose value its code doesn't fix. */
  state?: boolean
  /** Nothing comes back from it (a logger): it counts as what it began as, and nothing beneath it is an input of the function's. */
  dropped?: boolean
  unresolved?: { specifier: string; importer: string }
  /** Why its module can't be read as code. */
  unread?: string
  /** Files that decided what this is, beside its own. */
  files?: readonly string[]
  /** The name under which it is told of, where that isn't its own. */
  listed?: string
}

const NONE: readonly never[] = []

/**
 * A node of the graph of all code: a top-level binding, an export of a package, an asset, a namespace. It stays the same
 * object; what stands in it is made when first asked for, and anew when a file has changed.
 */
export class GraphNode {
  readonly kind: NodeKind
  /** The module it stands in, for bindings and statements. */
  readonly file: string | undefined
  /** The binding's name in that module, or an export's of a package. */
  readonly name: string | undefined
  /** What else tells it apart. */
  readonly parts: readonly string[]
  /** Nodes that refer to it. */
  readonly dependents: Set<GraphNode> = new Set<GraphNode>()
  isMade = false
  /** Over all that it reaches; nothing where something beneath it has changed since. */
  hash: string | undefined
  /** What is known of whether it changes its arguments: as long as the hash is. */
  changesArguments: Map<number, boolean> | undefined
  text = ''
  refs: readonly GraphNode[] = NONE
  unit: Unit | undefined
  members: readonly MemberUse[] = NONE
  package: Content['package']
  state = false
  dropped = false
  unresolved: Content['unresolved']
  unread: string | undefined
  files: readonly string[] = NONE
  listed: string | undefined
  /** How the last search that came here has reached it, and which that was. */
  level: 0 | 1 | 2 = 0
  reachedBy = 0
  #own: string | undefined

  constructor(kind: NodeKind, file: string | undefined, name: string | undefined, parts: readonly string[]) {
    this.kind = kind
    this.file = file
    this.name = name
    this.parts = parts
  }

  fill(content: Content): void {
    this.text = content.text
    this.refs = content.refs ?? NONE
    this.unit = content.unit
    this.members = content.members ?? NONE
    this.package = content.package
    this.state = content.state ?? false
    this.dropped = content.dropped ?? false
    this.unresolved = content.unresolved
    this.unread = content.unread
    this.files = content.files ?? NONE
    this.listed = content.listed
    this.#own = undefined
    this.isMade = true
  }

  /** The name under which code sees it. */
  get declaredName(): string {
    return this.kind === 'unit' || this.kind === 'package' ? this.name! : ''
  }

  isExportOf(module: string, name: string): boolean {
    return this.kind === 'builtin' && this.parts[0] === module && this.parts[1] === name
  }

  /** First digits of a hash over its own code alone, so that a change shows where it was made. */
  get own(): string {
    return (this.#own ??= hash('sha256', this.text).slice(0, 8))
  }
}

/** The package, or the module of Node, that a node stands for. */
export function outsideOf({ kind, parts }: GraphNode): string | undefined {
  return kind === 'package' || kind === 'builtin' ? `${kind} ${parts[0]}` : undefined
}
