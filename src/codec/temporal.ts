const DURATION_FIELDS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const

export const TEMPORAL_CLASSES: ReadonlySet<string> = new Set(['Duration', 'Instant', 'PlainDate', 'PlainDateTime', 'PlainMonthDay', 'PlainTime', 'PlainYearMonth', 'ZonedDateTime'])

/** The whole of a Temporal value as text. A duration's own text would make one second of a thousand milliseconds. */
export function temporalText(value: object, name: string): string {
  if (name !== 'Duration') return (value as { toString(options: object): string }).toString({ calendarName: 'always' })
  return JSON.stringify(Object.fromEntries(DURATION_FIELDS.map((field) => [field, (value as Record<string, number>)[field]])))
}

/** What `from` of the class takes to make the value anew. */
export function temporalSource(text: string, name: string): string | object {
  return name === 'Duration' ? (JSON.parse(text) as object) : text
}
