/** The signals among a call's values: themselves, or as a property of an options object. */
export function signalsIn(values: readonly unknown[]): AbortSignal[] {
  const signals: AbortSignal[] = []
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    if (value instanceof AbortSignal) signals.push(value)
    else if (Array.isArray(value)) signals.push(...value.filter((item) => item instanceof AbortSignal))
    else {
      const property = Object.getOwnPropertyDescriptor(value, 'signal')
      if (property && 'value' in property && property.value instanceof AbortSignal) signals.push(property.value)
    }
  }
  return signals
}

/** Whether a failure is the caller's own abort or timeout: that of its signals, or what aborts look like. */
export function isOwnAbort(error: unknown, values: readonly unknown[]): boolean {
  const signals = signalsIn(values)
  if (!signals.some((signal) => signal.aborted)) return false
  if (signals.some((signal) => signal.aborted && signal.reason === error)) return true
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as { name?: unknown; code?: unknown }
  return name === 'AbortError' || name === 'TimeoutError' || code === 'ABORT_ERR'
}

/** Resolves when one of a call's own signals aborts; `undefined` where it has none. To be stopped when nobody waits any longer. */
export function whenAborted(values: readonly unknown[]): { promise: Promise<'aborted'>; stop(): void } | undefined {
  const signals = signalsIn(values)
  if (signals.length === 0) return undefined
  const stopper = new AbortController()
  const promise = new Promise<'aborted'>((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve('aborted')
      else signal.addEventListener('abort', () => resolve('aborted'), { once: true, signal: stopper.signal })
    }
  })
  return { promise, stop: () => stopper.abort() }
}
