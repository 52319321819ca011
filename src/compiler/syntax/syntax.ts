import type { Node } from '@babel/types'

/**
 * The children of each kind of node, in the order in which they stand in the source. What isn't named
 * (types, comments, positions) has no part in what code does.
 */
const CHILDREN: Record<string, readonly string[]> = {
  File: ['program'],
  Program: ['directives', 'body'],
  ArrayExpression: ['elements'],
  ArrayPattern: ['elements'],
  ArrowFunctionExpression: ['params', 'body'],
  AssignmentExpression: ['left', 'right'],
  AssignmentPattern: ['left', 'right'],
  AwaitExpression: ['argument'],
  BinaryExpression: ['left', 'right'],
  BindExpression: ['object', 'callee'],
  BlockStatement: ['directives', 'body'],
  BreakStatement: [],
  CallExpression: ['callee', 'arguments'],
  CatchClause: ['param', 'body'],
  ClassAccessorProperty: ['decorators', 'key', 'value'],
  ClassBody: ['body'],
  ClassDeclaration: ['decorators', 'id', 'superClass', 'body'],
  ClassExpression: ['decorators', 'id', 'superClass', 'body'],
  ClassMethod: ['decorators', 'key', 'params', 'body'],
  ClassPrivateMethod: ['decorators', 'key', 'params', 'body'],
  ClassPrivateProperty: ['decorators', 'key', 'value'],
  ClassProperty: ['decorators', 'key', 'value'],
  ConditionalExpression: ['test', 'consequent', 'alternate'],
  ContinueStatement: [],
  Decorator: ['expression'],
  Directive: ['value'],
  DoExpression: ['body'],
  DoWhileStatement: ['body', 'test'],
  ExportAllDeclaration: [],
  ExportDefaultDeclaration: ['declaration'],
  ExportNamedDeclaration: ['declaration', 'specifiers'],
  ExpressionStatement: ['expression'],
  ForInStatement: ['left', 'right', 'body'],
  ForOfStatement: ['left', 'right', 'body'],
  ForStatement: ['init', 'test', 'update', 'body'],
  FunctionDeclaration: ['id', 'params', 'body'],
  FunctionExpression: ['id', 'params', 'body'],
  IfStatement: ['test', 'consequent', 'alternate'],
  ImportDeclaration: ['specifiers'],
  ImportExpression: ['source', 'options'],
  JSXAttribute: ['name', 'value'],
  JSXElement: ['openingElement', 'children'],
  JSXExpressionContainer: ['expression'],
  JSXFragment: ['children'],
  JSXMemberExpression: ['object', 'property'],
  JSXNamespacedName: ['namespace', 'name'],
  JSXOpeningElement: ['name', 'attributes'],
  JSXSpreadAttribute: ['argument'],
  JSXSpreadChild: ['expression'],
  LabeledStatement: ['body'],
  LogicalExpression: ['left', 'right'],
  MemberExpression: ['object', 'property'],
  NewExpression: ['callee', 'arguments'],
  ObjectExpression: ['properties'],
  ObjectMethod: ['decorators', 'key', 'params', 'body'],
  ObjectPattern: ['properties'],
  ObjectProperty: ['key', 'value'],
  OptionalCallExpression: ['callee', 'arguments'],
  OptionalMemberExpression: ['object', 'property'],
  ParenthesizedExpression: ['expression'],
  RestElement: ['argument'],
  ReturnStatement: ['argument'],
  SequenceExpression: ['expressions'],
  SpreadElement: ['argument'],
  StaticBlock: ['body'],
  SwitchCase: ['test', 'consequent'],
  SwitchStatement: ['discriminant', 'cases'],
  TaggedTemplateExpression: ['tag', 'quasi'],
  TemplateLiteral: ['quasis', 'expressions'],
  ThrowStatement: ['argument'],
  TryStatement: ['block', 'handler', 'finalizer'],
  UnaryExpression: ['argument'],
  UpdateExpression: ['argument'],
  VariableDeclaration: ['declarations'],
  VariableDeclarator: ['id', 'init'],
  WhileStatement: ['test', 'body'],
  WithStatement: ['object', 'body'],
  YieldExpression: ['argument'],
  // TypeScript's own forms that do something when they run.
  TSAsExpression: ['expression'],
  TSEnumDeclaration: ['id', 'members'],
  TSEnumMember: ['id', 'initializer'],
  TSExportAssignment: ['expression'],
  TSExternalModuleReference: ['expression'],
  TSImportEqualsDeclaration: ['id', 'moduleReference'],
  TSInstantiationExpression: ['expression'],
  TSModuleBlock: ['body'],
  TSModuleDeclaration: ['id', 'body'],
  TSNonNullExpression: ['expression'],
  TSParameterProperty: ['parameter'],
  TSQualifiedName: ['left', 'right'],
  TSSatisfiesExpression: ['expression'],
  TSTypeAssertion: ['expression'],
}

const NONE: readonly string[] = []

/** The names of a node's children that take part in what the code does. */
export function childrenOf(type: string): readonly string[] {
  return CHILDREN[type] ?? NONE
}

/** `(x)`, `x as T`, `x satisfies T`, `x!`, `<T>x`, `f<T>`: the same value as `x`. */
export function isTransparentWrapper(node: Node): boolean {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
      return true
    default:
      return false
  }
}

/** The expression inside parentheses and type annotations. */
export function unwrap(node: Node): Node {
  let inner: Node = node
  while (isTransparentWrapper(inner)) inner = (inner as unknown as { expression: Node }).expression
  return inner
}

/** `this`, also that of `<this.Row />`. */
export function isThis(node: Node): boolean {
  return node.type === 'ThisExpression' || (node.type === 'JSXIdentifier' && node.name === 'this')
}

/** Leaves no trace at run time: types, overloads, ambient declarations, type-only imports and exports. */
export function isErased(node: Node): boolean {
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSDeclareFunction':
    case 'TSDeclareMethod':
    case 'TSIndexSignature':
    case 'TSNamespaceExportDeclaration':
    case 'EmptyStatement':
      return true
    case 'VariableDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return node.declare === true
    case 'TSModuleDeclaration':
      return node.declare === true || !instantiates(node.body)
    case 'ClassProperty':
    case 'ClassAccessorProperty':
      return (node as { declare?: boolean | null }).declare === true || node.abstract === true
    case 'ClassMethod':
      return node.abstract === true
    case 'ImportDeclaration':
      return node.importKind === 'type' || node.importKind === 'typeof'
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' || (node.type === 'ExportNamedDeclaration' && !!node.declaration && isErased(node.declaration))
    case 'TSImportEqualsDeclaration':
      return node.importKind === 'type'
    default:
      return false
  }
}

/** A namespace of types only makes no object. */
function instantiates(body: Node): boolean {
  if (body.type === 'TSModuleDeclaration') return instantiates(body.body)
  if (body.type !== 'TSModuleBlock') return false
  return body.body.some((statement) => !isErased(statement))
}

export type FunctionNode = Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' | 'ObjectMethod' | 'ClassMethod' | 'ClassPrivateMethod' }
>

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  switch (node?.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return true
    default:
      return false
  }
}

/** Calls `visit` for each child that takes part at run time. The commonest kinds first: named access costs a fraction of what access by a computed name does. */
export function eachChild(node: Node, visit: (child: Node) => void): void {
  switch (node.type) {
    case 'CallExpression':
      visit(node.callee)
      return visitAll(node.arguments, visit)
    case 'BlockStatement':
      visitAll(node.directives, visit)
      return visitAll(node.body, visit)
    case 'ExpressionStatement':
      return visit(node.expression)
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      visit(node.left)
      return visit(node.right)
    case 'ReturnStatement':
      if (node.argument) visit(node.argument)
      return
    case 'UnaryExpression':
    case 'UpdateExpression':
      return visit(node.argument)
    case 'IfStatement':
    case 'ConditionalExpression':
      visit(node.test)
      visit(node.consequent)
      if (node.alternate) visit(node.alternate)
      return
    case 'ObjectExpression':
      return visitAll(node.properties, visit)
    case 'ArrayExpression':
      return visitAll(node.elements, visit)
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'ThisExpression':
    case 'Identifier':
      return
  }
  const keys = childrenOf(node.type)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key]
    if (!child) continue
    if (Array.isArray(child)) visitAll(child, visit)
    else visit(child)
  }
}

function visitAll(nodes: readonly (Node | null)[], visit: (child: Node) => void): void {
  for (let i = 0; i < nodes.length; i++) if (nodes[i]) visit(nodes[i]!)
}
