const MAGIC_PATTERN = /[*?{[]/

/** Whether an argument is a pattern of paths, if nothing has it for a name. */
export function isGlob(text: string): boolean {
  return MAGIC_PATTERN.test(text)
}

/** The directory below which a glob's paths lie: what stands before its first segment with a pattern. */
export function globBase(glob: string): string {
  const segments = glob.split('/')
  return segments.slice(0, segments.findIndex((segment) => MAGIC_PATTERN.test(segment))).join('/')
}
