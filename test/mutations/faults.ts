/** Faults that our code may have, each as an edit of one file. The tests of behaviour must notice every one. */
export interface Fault {
  /** What is wrong. */
  name: string
  /** From `src`. */
  file: string
  /** Stands once in the file. */
  from: string
  to: string
  /** The files of `test/behaviours` that are to notice it. */
  tests: readonly string[]
}

const fault = (name: string, file: string, from: string, to: string, ...tests: string[]): Fault => ({ name, file, from, to, tests })

export const faults: readonly Fault[] = [
  // Keys
  fault('the key ignores arguments', 'runtime/key.ts', 'text += step.tag + token', 'text += step.tag', 'persist-to-disk'),
  fault('the key ignores the type of a scalar', 'runtime/key.ts', 'const token = scalarToken(values[step.index])', 'const token = JSON.stringify(String(values[step.index]))', 'permacache'),
  fault('the key ignores the order of a Map', 'codec/canonical.ts', '(item: unknown, key: unknown) => items.push(key, item))', '(item: unknown, key: unknown) => items.push(key, item))\n      items.sort()', 'permacache'),
  fault('the key ignores what is captured', 'runtime/key.ts', 'if (descriptor.captures) addCaptures', 'if (!descriptor) addCaptures', 'joblib'),
  fault('the key ignores the object of a method', 'runtime/key.ts', 'if (descriptor.self !== undefined) addSelf', 'if (!descriptor) addSelf', 'joblib'),
  fault('the key ignores the codec', 'runtime/key-plan.ts', 'codecId(options.codec), ...shape.sort()', `'', ...shape.sort()`, 'memoize-fs'),
  fault('the key ignores the version', 'runtime/key-plan.ts', 'const byName = options.version !== undefined', 'const byName = false', 'memoize-fs'),
  fault('the key ignores environment variables that are named', 'runtime/key.ts', 'if (env) for', 'if (!request) for', 'memoize-fs'),
  fault('the key ignores files that are named', 'runtime/key.ts', 'if (files) for', 'if (!request) for', 'memoize-fs'),
  fault('classes are told apart by content alone', 'codec/canonical.ts', 'if (fingerprint !== undefined) return `c${fingerprint};`\n    if (info.kind', 'if (fingerprint !== undefined) return `c;`\n    if (info.kind', 'permacache'),
  fault('[persistKey]() is not asked', 'codec/canonical.ts', `const method = typeof current === 'object' && current !== null && !types.isProxy(current) ? findHook(current) : undefined`, 'const method = undefined as any', 'permacache'),
  fault('skip is ignored', 'runtime/key-plan.ts', `for (const text of options.skip ?? []) omit(text, 'skip')`, '', 'joblib'),
  fault('a rule of the key is ignored', 'runtime/key.ts', 'kept = node.rule(value)', 'kept = value', 'permacache'),
  fault('dropIf is ignored', 'runtime/key-rules.ts', 'predicate(value) ? DROPPED : value', 'value', 'permacache'),
  fault('dropIfEqual compares by identity', 'runtime/key-rules.ts', 'canonicalHash(value) === digest ? DROPPED : value', 'value === expected ? DROPPED : value', 'permacache'),
  fault('groupBy is ignored', 'runtime/key-plan.ts', 'const groups = (options.groupBy ?? [])', 'const groups = ([] as NonNullable<typeof options.groupBy>)', 'persist-to-disk'),
  fault('groups are not escaped', 'store/escape.ts', 'const names = groups.map((group) => escapeSegment(group, rules))', 'const names = groups.map((group) => group.slice(0, 100))', 'persist-to-disk'),
  fault('secrets are shown', 'runtime/key-preview.ts', `isSecretName(names[i]!) ? '…' : `, '', 'curifactory'),

  // Calls
  fault('nothing is ever found', 'runtime/look-up.ts', 'if (entry === undefined) return MISS\n  const verdict', 'if (entry === undefined || entry) return MISS\n  const verdict', 'checkpointing'),
  fault('nothing reaches the disk', 'runtime/keep.ts', 'if (!admitted) return { meta: entry.meta', 'if (entry) return { meta: entry.meta', 'checkpointing'),
  fault('an error is cached', 'runtime/compute.ts', `  } catch (error) {\n    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })`, `  } catch (error) {\n    keep(context, undefined, { duration: 1, promised: false }, false)\n    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })`, 'memoize-fs'),
  fault('a hit forgets that the function gives promises', 'runtime/keep.ts', 'if (promised) meta.promise = true', '', 'memoize-fs'),
  fault('callers that waited share one object', 'runtime/keep.ts', `return { kind: 'value', read: () => (plan.codec as Codec).decode(payload) }`, `{\n    const value = (plan.codec as Codec).decode(payload)\n    return { kind: 'value', read: () => value }\n  }`, 'cachified'),
  fault('single flight is off', 'runtime/compute.ts', 'if (!options.singleFlight) return run', 'if (options) return run', 'cachified'),
  fault('single flight can\'t be switched off', 'runtime/compute.ts', 'if (!options.singleFlight) return run', 'if (!options) return run', 'cachified'),
  fault('a changed argument is not told of', 'runtime/feedback.ts', 'if (after?.digest === digest) continue', 'if (after) continue', 'joblib'),
  fault('a slow cache is not told of', 'runtime/feedback.ts', 'if (spent <= duration + WORTH_A_WORD) return', 'if (duration >= 0) return', 'checkpointing'),
  fault('warnings come again and again', 'runtime/warn.ts', '!compiled.store.firstTime(cause)', '!compiled', 'checkpointing'),
  fault('onError: throw is not heeded', 'runtime/warn.ts', `if (onError === 'throw') throw`, `if (error === compiled) throw`, 'checkpointing'),
  fault('onError: ignore is not heeded', 'runtime/warn.ts', `if (onError === 'ignore') return`, '', 'checkpointing'),

  // Modes
  fault('off reads and writes', 'runtime/call.ts', `if (mode === 'off') return body(...values)`, '', 'joblib'),
  fault('off opens the store', 'runtime/settle-options.ts', `compiled.mode === 'off' ? undefined : openFunction`, `!compiled ? undefined : openFunction`, 'joblib'),
  fault('refresh reads', 'runtime/call.ts', `if (mode === 'refresh') return compute`, `if (!mode) return compute`, 'persist-to-disk'),
  fault('refresh does not replace', 'runtime/keep.ts', `if (mode === 'read-only' ||`, `if (mode === 'read-only' || mode === 'refresh' ||`, 'checkpointing'),
  fault('read-only writes', 'runtime/keep.ts', `if (mode === 'read-only' || duration`, `if (duration`, 'persist-to-disk'),
  fault('require computes', 'runtime/call.ts', `if (context.mode === 'require') return missed(context)`, '', 'persist-to-disk'),
  fault('PERSIST_REFRESH is ignored', 'runtime/settle-options.ts', 'environment.refresh.length > 0 &&', 'environment.refresh.length > 99 &&', 'memoize-fs'),
  fault('a mode ends at the first await', 'runtime/frame.ts', 'return state.asyncFrames > 0 ? state.storage!.getStore() : undefined', 'return undefined', 'permacache'),
  fault('the project\'s config wins over the function', 'config/resolve.ts', `  'built-in', 'global', 'project', 'configure', 'function', 'environment', 'call',\n]\nexport type Level`, `  'built-in', 'global', 'function', 'configure', 'project', 'environment', 'call',\n]\nexport type Level`, 'persist-to-disk'),

  // The handle
  fault('has() computes', 'runtime/operate.ts', `case 'has':`, `case 'has':\n      context.body(...context.values)`, 'permacache'),
  fault('forget() does nothing', 'runtime/operate.ts', 'if (mayWrite) store.forget(callKey.key, callKey.groups)', '', 'persist-to-disk'),
  fault('clear() does nothing', 'runtime/handle.ts', 'storeOf(compiled).clear()', '', 'joblib'),
  fault('put() does nothing', 'runtime/operate.ts', 'if (!mayWrite) return undefined', 'if (kind) return undefined', 'persist-to-disk'),
  fault('rerun() reads', 'runtime/call.ts', `mode !== 'read-only' ? 'refresh' : mode`, `mode !== 'read-only' ? mode : mode`, 'checkpointing'),
  fault('original is cached', 'runtime/call.ts', `if (operation.kind === 'original') return 'off'`, '', 'joblib'),

  // Freshness and admission
  fault('maxAge is ignored', 'runtime/freshness.ts', `if (maxAge === undefined) return 'fresh'`, `if (maxAge === undefined || maxAge) return 'fresh'`, 'cachified'),
  fault('a stale value is not refreshed', 'runtime/call.ts', 'revalidate(context, callId(context))', 'void revalidate', 'cachified'),
  fault('a stale value is not given', 'runtime/freshness.ts', `? 'stale' : 'expired'`, `? 'expired' : 'expired'`, 'cachified'),
  fault('a stale value is given for ever', 'runtime/freshness.ts', `? 'stale' : 'expired'`, `? 'stale' : 'stale'`, 'cachified'),
  fault('validate is not asked', 'runtime/look-up.ts', 'validate ? validate({ value, meta: entry.meta }) : true', 'true', 'cachified'),
  fault('cacheIf is not asked', 'runtime/keep.ts', 'return options.cacheIf === undefined ||', 'return options !== undefined ||', 'cachified'),
  fault('minDuration is ignored', 'runtime/keep.ts', 'duration < options.minDuration', 'duration < 0', 'joblib'),
  fault('tags are ignored', 'runtime/freshness.ts', 'if ((meta.tags !== undefined || tags.length > 0) &&', 'if ((meta.tags === context as unknown) &&', 'cachified'),

  // Batches
  fault('a batch loses its order', 'runtime/batch.ts', 'place(results, element, result[index], ', 'place(results, element, result.at(-1 - index), ', 'permacache'),
  fault('a batch computes all elements', 'runtime/batch.ts', 'if (one !== MISS) {', 'if (!one) {', 'permacache'),
  fault('a batch computes an element as often as it stands there', 'runtime/batch.ts', 'if (element) element.positions.push(position)\n    else byId.set(id', 'if (!id) element!.positions.push(position)\n    else byId.set(id + position', 'permacache'),
  fault('a batch ignores lengths', 'runtime/batch.ts', 'if (list.length !== first) {', 'if (!list) {', 'permacache'),

  // Values
  fault('structured() loses what JSON loses', 'codec/structured.ts', 'return isPlainJson(value) ? encodeJson(value)', `return value !== undefined && typeof value !== 'bigint' ? encodeJson(value)`, 'memoize-fs'),
  fault('json() takes what it changes', 'codec/json.ts', 'if (!isPlainJson(value)) refuseCulprit(value)', '', 'curifactory'),
  fault('compression is left out', 'codec/compression.ts', 'if (!compress) return codec', 'if (codec) return codec', 'curifactory'),
  fault('lazy loads', 'runtime/look-up.ts', 'if (options.lazy) return {', 'if (options.lazy && decodeEntry(context.plan, entry)) return {', 'curifactory'),
  fault('lazy is ignored on a hit', 'runtime/look-up.ts', 'if (options.lazy) return {', 'if (!options) return {', 'curifactory'),
  fault('migrate is not asked', 'runtime/look-up.ts', 'return migrateFormer(context)', 'return undefined', 'permacache'),
  fault('outFile is not restored', 'runtime/look-up.ts', 'options.outFile.length > 0 && !restoreFiles(context, entry)', '!options', 'permacache'),
  fault('outFile is in the key', 'runtime/key-plan.ts', `for (const text of [options.outFile ?? []].flat()) omit(text, 'outFile')`, '', 'permacache'),

  // Places
  fault('alternatives are not read', 'runtime/stores.ts', '...options.alternatives,', '', 'persist-to-disk'),
  fault('local is ignored', 'runtime/stores.ts', 'return options.local ? options.localPath : options.persistPath', 'return options.persistPath', 'persist-to-disk'),
  fault('renamed and moved functions are not found', 'runtime/stores.ts', 'sharesCode ? store.findByFingerprint(compiled.descriptor.fingerprint) : []', '[]', 'checkpointing'),
  fault('free keys are one key', 'runtime/free-store.ts', `['store', plan.label, key]`, `['store', plan.label]`, 'persist-to-disk'),
  fault('another hash size loses what is there', 'store/group-directory.ts', 'size === 1 || size === current ? undefined', 'size ? undefined', 'persist-to-disk'),
  fault('hashSize is ignored', 'store/group-directory.ts', 'return size >= limits.growth ? hashSize : 1', 'return 1', 'persist-to-disk'),

  // Code
  fault('what is called does not count', 'compiler/root.ts', 'parts.push(`R${index} ${graph.hash(id)}`)', 'parts.push(`R${index}`)', 'checkpointing'),
  fault('names of variables count', 'compiler/normalize.ts', 'return `L${number}`', 'return `L${number}${binding.name}`', 'checkpointing'),
  fault('defaults of parameters count', 'compiler/normalize.ts', 'if (!isKeyed(name)) {', 'if (name) {', 'checkpointing'),
  fault('the order of parameters counts', 'compiler/normalize.ts', 'order.sort((a, b) => numberOf(a) - numberOf(b) || declared.get(a)! - declared.get(b)!)', '', 'checkpointing'),
  fault('async does not count', 'compiler/normalize.ts', "this.#out += `marked${fn.async ? ' async' : ''}", "this.#out += `marked${''}", 'checkpointing'),
  fault('+= is not what it stands for', 'compiler/normalize.ts', 'const long = operator.length > 1 &&', 'const long = operator.length > 9 &&', 'checkpointing'),
  fault('process.env is not read', 'compiler/remarks.ts', 'if (key !== undefined) addOnce(unit.env, key)', 'if (key !== undefined) void key', 'memoize-fs'),
  fault('variables of enclosing functions are not captured', 'compiler/root.ts', 'else if (capture) captures.push(capture)', 'else if (!capture) captures.push(capture as never)', 'memoize-fs'),
  fault('names of parameters are not checked', 'config/validate.ts', 'if (names.includes(root!)) return undefined', 'if (names) return undefined', 'joblib'),
  fault('unknown options are taken', 'config/validate.ts', 'if (!rule) {', 'if (!rule && !option) {', 'memoize-fs'),
]
