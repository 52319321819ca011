import process from 'node:process'

/** SHA-256 over a text or bytes. `node:crypto` is loaded when first needed: it takes longer than all the rest of a script's start. */
export function digestOf(content: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', content)
}
