import ts from 'typescript'

/** A module one source file imports, re-exports or loads. */
export interface ModuleUse {
  readonly specifier: string
  readonly line: number
}

/** Finds every literal module specifier of a file: static, type-only, re-exported and dynamic. */
export function findModuleUses(file: string, text: string): ModuleUse[] {
  const source = parse(file, text)
  const uses: ModuleUse[] = []
  walk(source, (node) => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) uses.push({ specifier: specifier.text, line: lineOf(source, specifier) })
  })
  return uses
}

/** Finds what our sources must not hold, each as `line: what`. */
export function findForbiddenSyntax(file: string, text: string): string[] {
  const source = parse(file, text)
  const found: string[] = []
  walk(source, (node) => {
    const name = nameForbidden(node)
    if (name !== undefined) found.push(`${lineOf(source, node)}: ${name}`)
  })
  return found
}

/** Finds TODO comments that don't say what they wait for, each as `line: text`. */
export function findIdleTodos(text: string): string[] {
  const waits = /\b(wait\w*|until|once|when|after|blocked)\b/i
  return text.split('\n').flatMap((line, index) => {
    const comment = /(?:\/\/|\*).*\b(TODO|FIXME|XXX)\b(.*)/.exec(line)
    return comment === null || (comment[1] === 'TODO' && waits.test(comment[2] ?? '')) ? [] : [`${index + 1}: ${line}`]
  })
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS)
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literal(node.arguments[0])
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal)
  return undefined
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node : undefined
}

function nameForbidden(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'an enum'
  // `declare module 'name'` merges types and leaves no code behind, so it is allowed.
  if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name) && node.name.text !== 'global') return 'a namespace'
  if (ts.isDecorator(node)) return 'a decorator'
  if (ts.isExportAssignment(node)) return 'a default export'
  if (ts.isVariableDeclarationList(node) && isUsing(node)) return 'a using declaration'
  if (ts.isParameterPropertyDeclaration(node, node.parent)) return 'a parameter property'
  return nameForbiddenModifier(node) ?? nameForbiddenType(node)
}

function isUsing(list: ts.VariableDeclarationList): boolean {
  const kind = list.flags & ts.NodeFlags.BlockScoped
  return kind === ts.NodeFlags.Using || kind === ts.NodeFlags.AwaitUsing
}

function nameForbiddenModifier(node: ts.Node): string | undefined {
  if (!ts.canHaveModifiers(node)) return undefined
  for (const { kind } of ts.getModifiers(node) ?? []) {
    if (kind === ts.SyntaxKind.DefaultKeyword) return 'a default export'
    // A private constructor has no `#` form.
    if (kind === ts.SyntaxKind.PrivateKeyword && !ts.isConstructorDeclaration(node)) return 'a private member without #'
  }
  return undefined
}

function nameForbiddenType(node: ts.Node): string | undefined {
  if (ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text))
    return `an interface called ${node.name.text}`
  if (ts.isClassDeclaration(node) && node.name?.text.endsWith('Impl')) return `a class called ${node.name.text}`
  return undefined
}
