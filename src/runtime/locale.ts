/** What `locale()` last gave, and the time zone setting that it was found under. */
let known: { setting: string | undefined; facts: string } | undefined

/**
 * What results depend on that format or compare by locale, or count in local time: the default locale, the time zone,
 * and the versions of the data that both come from. Asked for at each call of a function that reaches such code.
 */
export function locale(): string {
  const platform = typeof process === 'undefined' ? undefined : process
  // Within a process only the time zone can change, and only by this variable.
  const setting = platform?.env?.TZ
  if (known && known.setting === setting) return known.facts
  const { locale: name, timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const versions: Record<string, string | undefined> = platform?.versions ?? {}
  known = { setting, facts: `${name} ${timeZone} icu ${versions.icu ?? ''} tz ${versions.tz ?? ''}` }
  return known.facts
}
