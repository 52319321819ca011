/** The usual slips with the mark. */
export const MISSPELT_PATTERN: RegExp = /@p[ersit]{4,8}\b/i

/**
 * What a file must hold to be worth reading: the word itself, or one of the usual slips with it, so that a misspelt
 * mark can be warned of.
 */
export const MARK_PATTERN: RegExp = new RegExp(`persist|${MISSPELT_PATTERN.source}`, 'i')

/** Whether a text may hold a mark or a call of `persist()`. Costs a search, and spares most files everything else. */
export function mayHoldMark(code: string, persistNames: readonly string[] = []): boolean {
  return MARK_PATTERN.test(code) || persistNames.some((name) => code.includes(name))
}

/** Whether a text may hold a call of `persist()`, by whatever name: marks alone are no sign of one. */
export function mayHoldCall(code: string, persistNames: readonly string[]): boolean {
  return persistNames.length > 0 || /(?<!@)persist/.test(code)
}
