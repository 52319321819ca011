import type { File } from '@babel/types'
import type { Projects } from './project.ts'

/** Whether a file's own import is to be written as `import` or as `require`. */
export function moduleFormat(ast: File, file: string, projects: Projects, hint: 'module' | 'commonjs' | undefined): 'module' | 'commonjs' {
  const hasModuleSyntax = ast.program.body.some(
    (statement) =>
      statement.type === 'ImportDeclaration' || statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration' || statement.type === 'ExportAllDeclaration',
  )
  if (hasModuleSyntax) return 'module'
  // `export =` and `import x = require()` are CommonJS in module syntax, and take `import` as well.
  if (ast.program.body.some((statement) => statement.type === 'TSExportAssignment' || statement.type === 'TSImportEqualsDeclaration')) return 'module'
  if (hint) return hint
  if (/\.m[jt]sx?$/.test(file)) return 'module'
  if (/\.c[jt]sx?$/.test(file)) return 'commonjs'
  return projects.nearest(file)?.manifest.type === 'module' ? 'module' : 'commonjs'
}
