/** A text in place of another. */
export interface Edit {
  /** From `src`. */
  file: string
  /** Stands once in the file. */
  from: string
  to: string
}

/** Faults that our code may have, each as an edit. The tests of behaviour must notice every one. */
export interface Fault extends Edit {
  /** What is wrong. */
  name: string
  /** Where two steps guard one behaviour, it takes two edits to break it. */
  also?: Edit
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
  fault('callers that waited share one object', 'runtime/keep.ts', `return { kind: 'value', read: () => decodeBytes(plan, payload) }`, `{\n    const value = decodeBytes(plan, payload)\n    return { kind: 'value', read: () => value }\n  }`, 'cachified'),
  fault('single flight is off', 'runtime/compute.ts', 'if (!options.singleFlight) return run', 'if (options) return run', 'cachified'),
  fault('single flight can\'t be switched off', 'runtime/compute.ts', 'if (!options.singleFlight) return run', 'if (!options) return run', 'cachified'),
  fault('a changed argument is not told of', 'runtime/feedback.ts', 'if (after?.digest === digest ||', 'if (after ||', 'joblib'),
  fault('a slow cache is not told of', 'runtime/feedback.ts', 'if (spent <= duration + WORTH_A_WORD) return', 'if (duration >= 0) return', 'checkpointing'),
  fault('warnings come again and again', 'runtime/warn.ts', '!store.firstTime(cause)', '!store', 'checkpointing'),
  fault('onError: throw is not heeded', 'runtime/warn.ts', `if (onError === 'throw') throw`, `if (error === compiled) throw`, 'checkpointing'),
  fault('onError: ignore is not heeded', 'runtime/warn.ts', `if (onError === 'ignore') return`, '', 'checkpointing'),

  // Modes
  fault('off reads and writes', 'runtime/call.ts', `if (mode === 'off') return body(...values)`, '', 'joblib'),
  fault('off opens the store', 'runtime/call.ts', `if (mode !== 'off') storeFor(`, 'storeFor(', 'joblib'),
  fault('refresh reads', 'runtime/call.ts', `  if (mode === 'refresh') {`, '  if (!mode) {', 'persist-to-disk'),
  fault('refresh does not replace', 'runtime/keep.ts', `if (mode !== 'read-only' &&`, `if (mode !== 'read-only' && mode !== 'refresh' &&`, 'checkpointing'),
  {
    ...fault('read-only writes', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (duration`, 'persist-to-disk'),
    also: { file: 'runtime/stores.ts', from: 'const isReading = !mayWrite(mode)', to: `const isReading = !mayWrite(mode) && mode !== 'read-only'` },
  },
  fault('require computes', 'runtime/call.ts', `if (context.mode === 'require') return missed(context)`, '', 'persist-to-disk'),
  fault('PERSIST_REFRESH is ignored', 'runtime/settle-options.ts', 'environment.refresh.length > 0 &&', 'environment.refresh.length > 99 &&', 'memoize-fs'),
  fault('a mode ends at the first await', 'runtime/frame.ts', 'return state.asyncFrames > 0 ? state.storage!.getStore() : undefined', 'return undefined', 'permacache'),
  fault('the project\'s config wins over the function', 'config/resolve.ts', `  'built-in', 'global', 'project', 'configure', 'function', 'environment', 'call',\n]\nexport type Level`, `  'built-in', 'global', 'function', 'configure', 'project', 'environment', 'call',\n]\nexport type Level`, 'persist-to-disk'),

  // The handle
  fault('has() computes', 'runtime/operate.ts', `case 'has':`, `case 'has':\n      context.body(...context.values)`, 'permacache'),
  fault('forget() does nothing', 'runtime/operate.ts', 'if (writes) forget(context)', '', 'persist-to-disk'),
  fault('clear() does nothing', 'runtime/handle.ts', '.clear()\n', '\n', 'joblib'),
  fault('put() does nothing', 'runtime/operate.ts', 'if (!writes) return undefined', 'if (kind) return undefined', 'persist-to-disk'),
  fault('rerun() reads', 'runtime/call.ts', `mode !== 'read-only' ? 'refresh' : mode`, `mode !== 'read-only' ? mode : mode`, 'checkpointing'),
  fault('original is cached', 'runtime/call.ts', `if (operation.kind === 'original') return 'off'`, '', 'joblib'),

  // Freshness and admission
  fault('maxAge is ignored', 'runtime/freshness.ts', `if (maxAge === undefined) return 'fresh'`, `if (maxAge === undefined || maxAge) return 'fresh'`, 'cachified'),
  fault('a stale value is not refreshed', 'runtime/call.ts', 'revalidate(context, callId(context))', 'void revalidate', 'cachified'),
  fault('a stale value is not given', 'runtime/freshness.ts', `? 'stale' : 'expired'`, `? 'expired' : 'expired'`, 'cachified'),
  fault('a stale value is given for ever', 'runtime/freshness.ts', `? 'stale' : 'expired'`, `? 'stale' : 'stale'`, 'cachified'),
  fault('validate is not asked', 'runtime/look-up.ts', "validate ? blaming('`validate`', 'OPTION', () => validate({ value, meta: entry.meta }), 'validate(…)') : true", 'true', 'cachified'),
  fault('cacheIf is not asked', 'runtime/keep.ts', '&& isWorthKeeping(context, value)', '', 'cachified'),
  fault('minDuration is ignored', 'runtime/keep.ts', 'duration >= minDuration &&', '', 'joblib'),
  fault('tags are ignored', 'runtime/freshness.ts', 'if ((entry.tags !== undefined || tags.length > 0) &&', 'if ((entry.tags === context as unknown) &&', 'cachified'),

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
  fault('free keys are one key', 'runtime/free-store.ts', `['store', plan.label, canonicalHash(key, undefined, 'key')]`, `['store', plan.label]`, 'persist-to-disk'),
  fault('another hash size loses what is there', 'store/buckets.ts', 'size === 1 || size === current ? undefined', 'size ? undefined', 'persist-to-disk'),
  fault('hashSize is ignored', 'store/buckets.ts', 'return size >= limits.growth ? hashSize : 1', 'return 1', 'persist-to-disk'),

  // Code
  fault('what is called does not count', 'compiler/graph/root.ts', 'parts.push(`R${index} ${graph.hash(node)}`)', 'parts.push(`R${index}`)', 'checkpointing'),
  fault('names of variables count', 'compiler/bindings/references.ts', 'return `L${number}`', 'return `L${number}${binding.name}`', 'checkpointing'),
  fault('defaults of parameters count', 'compiler/bindings/normalize.ts', 'if (!isKeyed(name)) {', 'if (name) {', 'checkpointing'),
  fault('the order of parameters counts', 'compiler/bindings/normalize.ts', 'order.sort((a, b) => numberOf(a) - numberOf(b) || declared.get(a)! - declared.get(b)!)', '', 'checkpointing'),
  fault('async does not count', 'compiler/bindings/normalize.ts', "return `marked${fn.async ? ' async' : ''}", "return `marked${''}", 'checkpointing'),
  fault('+= is not what it stands for', 'compiler/bindings/normalize.ts', 'const long = operator.length > 1 &&', 'const long = operator.length > 9 &&', 'checkpointing'),
  fault('process.env is not read', 'compiler/bindings/remarks.ts', 'else addOnce(unit[environment], key)', 'else void key', 'memoize-fs'),
  fault('variables of enclosing functions are not captured', 'compiler/graph/root.ts', 'captures.push(found.capture)', 'void found.capture', 'memoize-fs'),
  fault('names of parameters are not checked', 'config/validate.ts', 'if (names.includes(root!)) return undefined', 'if (names) return undefined', 'joblib'),
  fault('unknown options are taken', 'config/validate.ts', 'if (!rule) {', 'if (!rule && !option) {', 'memoize-fs'),

  // Keys, one kind after the other
  fault('the key ignores the code', 'runtime/key-plan.ts', 'const facts = [KEY_EPOCH, code,', `const facts = [KEY_EPOCH, byName ? code : '',`, 'joblib', 'memoize-fs', 'checkpointing'),
  fault('rest parameters do not count', 'runtime/key-plan.ts', 'if (!node?.omit) steps.push', `if (!node?.omit && !descriptor.params[index]!.startsWith('...')) steps.push`, 'permacache', 'joblib'),
  fault('a text enters the key without its length', 'codec/canonical-tokens.ts', 'return `s${length}:${value}`', 'return value', 'permacache'),
  fault('true is 1', 'codec/canonical-tokens.ts', `return value ? 't' : 'f'`, `return value ? 'd1;' : 'd0;'`, 'permacache'),
  fault('null is undefined', 'codec/canonical-tokens.ts', `return value === null ? 'n' : undefined`, `return value === null ? 'u' : undefined`, 'permacache'),
  fault('NaN is null', 'codec/canonical-tokens.ts', 'return value === 0 && 1 / value < 0', `return Number.isNaN(value) ? 'n' : value === 0 && 1 / value < 0`, 'permacache'),
  fault('symbols are one', 'codec/canonical-tokens.ts', 'return `y${registered.length}:${registered}`', `return 'y'`, 'permacache'),
  fault('a Set is a list', 'codec/canonical.ts', 'this.#text += `e${items.length}:`', 'this.#text += `a${items.length}:`', 'permacache'),
  fault('a Date is its text', 'codec/canonical-atoms.ts', 'return `D${dateTime.call(value as Date)};`', 'return stringToken((value as Date).toISOString())', 'permacache'),
  fault('the flags of a pattern do not count', 'codec/canonical-atoms.ts', '${stringToken(regExpFlags.call(value))}', '', 'permacache'),
  fault('errors of all classes are one', 'codec/canonical-atoms.ts', 'return `E${stringToken(info.base ?? info.name)}', 'return `E', 'permacache'),
  fault('typed arrays count by their length', 'codec/canonical-atoms.ts', ",${view.byteLength}:${bytesDigest(view, 'BYTES_PER_ELEMENT' in view ? (view as Uint8Array).BYTES_PER_ELEMENT : 1)}`", ',${view.byteLength}`', 'joblib'),
  fault('a view counts with its whole buffer', 'codec/canonical-atoms.ts', ",${view.byteLength}:${bytesDigest(view, 'BYTES_PER_ELEMENT' in view ? (view as Uint8Array).BYTES_PER_ELEMENT : 1)}`", ',${bytesDigest(new Uint8Array(view.buffer))}`', 'joblib'),
  fault('all functions are one argument', 'codec/canonical.ts', 'this.#text += `F${fingerprint};`', `this.#text += 'F'`, 'joblib'),
  fault('a function that nobody knows is no failing key', 'codec/canonical.ts', 'if (intrinsic === undefined) this.#refuse(', 'if (intrinsic === undefined && !value) this.#refuse(', 'memoize-fs'),
  fault('the order of an object\'s keys counts', 'codec/shape.ts', 'const keys = names.sort()', 'const keys = names', 'persist-to-disk', 'curifactory'),
  fault('names of properties do not count', 'codec/canonical.ts', 'this.#text += token + scalar', 'this.#text += scalar', 'persist-to-disk'),
  fault('a part that is left out counts', 'codec/canonical.ts', 'if (child?.omit) continue', '', 'persist-to-disk', 'joblib'),
  fault('skip is ignored, for callbacks too', 'runtime/key-plan.ts', `for (const text of options.skip ?? []) omit(text, 'skip')`, '', 'persist-to-disk', 'memoize-fs'),
  fault('ignore is no rule', 'runtime/key-plan.ts', `plantRule(roots, index, path, kind === 'ignore' ? { omit: true } : { rule })`, `if (kind !== 'ignore') plantRule(roots, index, path, { rule })`, 'permacache', 'curifactory'),
  fault('a rule within a parameter is not asked', 'codec/canonical.ts', '        value = this.#rule(child, value)', '', 'curifactory'),
  fault('stableHash is another one in each process', 'runtime/key-rules.ts', '  canonicalHash(value),\n) as never', '  canonicalHash([value, performance.timeOrigin, Math.random()]),\n) as never', 'permacache'),
  fault('dropIfEqual drops every object', 'runtime/key-rules.ts', 'canonicalHash(value) === digest ? DROPPED : value', 'digest ? DROPPED : value', 'permacache'),
  fault('a batch\'s elements are keyed by themselves alone', 'runtime/batch.ts', 'const own = [...values]', 'const own: unknown[] = values.map((value, at) => (places.includes(at) ? value : undefined))', 'permacache'),
  fault('a key is another one at each call', 'runtime/key.ts', 'let text = prefix', 'let text = prefix + Math.random()', 'permacache', 'joblib'),
  fault('the key ignores arguments, which others tell apart too', 'runtime/key.ts', 'text += step.tag + token', 'text += step.tag', 'cachified', 'checkpointing', 'curifactory'),

  // Values, one kind after the other
  fault('what is falsy is not kept', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (value && mode !== 'read-only' && duration`, 'cachified', 'memoize-fs'),
  fault('texts are not kept', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (typeof value !== 'string' && mode !== 'read-only' && duration`, 'cachified', 'memoize-fs'),
  fault('numbers and truths are not kept', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (typeof value !== 'number' && typeof value !== 'boolean' && mode !== 'read-only' && duration`, 'memoize-fs'),
  fault('bigints are not kept', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (typeof value !== 'bigint' && mode !== 'read-only' && duration`, 'memoize-fs'),
  fault('hits share one object', 'runtime/look-up.ts', 'const value = decodeEntry(context.plan, entry)\n  if (!isPromise(value) && !options.validate)', 'const value = ((entry as unknown as { value: unknown }).value ??= decodeEntry(context.plan, entry))\n  if (!isPromise(value) && !options.validate)', 'cachified', 'joblib'),
  fault('a codec\'s decode is not asked', 'runtime/codec-plan.ts', 'decodeBytes({ codec, label }, entry.bytes())', 'new TextDecoder().decode(entry.bytes())', 'memoize-fs'),
  fault('a codec\'s directory is another one when it loads', 'runtime/codec-plan.ts', 'load(entry.file!)', 'load(`${entry.file}/..`)', 'curifactory'),
  fault('values have no files of their own', 'runtime/encode-entry.ts', 'return extension === undefined ?', 'return extension !== null ?', 'curifactory'),
  fault('a codec per property keeps the first one only', 'codec/properties.ts', 'Object.fromEntries(order.map(([name], index)', 'Object.fromEntries(order.slice(0, 1).map(([name], index)', 'curifactory'),
  {
    ...fault('a part that is missing is undefined', 'codec/properties.ts', 'const bytes = readFileSync(path)\n', `let bytes: Buffer\n  try {\n    bytes = readFileSync(path)\n  } catch {\n    return undefined\n  }\n`, 'curifactory'),
    also: { file: 'runtime/codec-plan.ts', from: '  checkOnce(entry)\n  const load', to: '  const load' },
  },
  fault('csv() loses types', 'codec/csv.ts', `if (text === 'true' || text === 'false') return text === 'true'`, `if (text === 'true' || text === 'false') return text`, 'curifactory'),
  fault('files() keeps paths alone', 'codec/files.ts', 'copyFileSync(from, to, constants.COPYFILE_FICLONE)\n  chmodSync(to, stat.mode & 0o100 ? 0o500 : 0o400)', `writeFileSync(to, '')`, 'curifactory'),
  fault('a value that is refused leaves an entry', 'runtime/keep.ts', '  publishRefusal(context, messageOf(error), meta.duration)', `  void context.store.put(context.callKey.key, context.callKey.groups, { codec: context.plan.label, meta, payload: new Uint8Array() })\n  publishRefusal(context, messageOf(error), meta.duration)`, 'checkpointing'),
  fault('a lazy handle lives on what it was made of', 'runtime/lazy.ts', '?? foreign', '?? entry', 'joblib'),
  fault('a lazy handle of what is not stored is empty', 'runtime/lazy.ts', 'return makeLazy(context, meta, undefined, read)', 'return makeLazy(context, meta, undefined, () => void read)', 'joblib'),
  fault('lazy handles load at once', 'runtime/lazy.ts', 'const lazy: Lazy<unknown> = { key, path, meta, load }', 'const lazy = { key, path, meta, load, value: load() } as Lazy<unknown>', 'curifactory'),
  fault('withOptions is ignored', 'runtime/settle-options.ts', 'if (frame === undefined || !frame.overrides) return compiled.options', 'if (frame === undefined || frame) return compiled.options', 'curifactory'),
  fault('what is found is not used', 'runtime/look-up.ts', 'if (entry === undefined) return MISS\n  const verdict', 'if (entry === undefined || entry) return MISS\n  const verdict', 'curifactory', 'permacache'),
  fault('a hit is found in memory alone', 'runtime/keep.ts', 'if (!admitted) return { meta: entry.meta', 'if (entry) return { meta: entry.meta', 'joblib'),
  fault('the commit is not kept', 'runtime/commit.ts', 'return commit !== undefined && COMMIT_PATTERN.test(commit) ? commit : undefined', 'return undefined', 'curifactory'),
  fault('a preview has no values', 'runtime/key-preview.ts', `isSecretName(names[i]!) ? '…' : previewValue(values[i], 1)`, `isSecretName(names[i]!) ? '…' : ''`, 'curifactory'),
  fault('a hit is written again', 'runtime/give.ts', 'compiled.hits++', `compiled.hits++\n  void context.store.put(context.callKey.key, context.callKey.groups, { codec: entry.codec, meta: { ...entry.meta, created: Date.now() + 1 }, payload: entry.bytes() })`, 'curifactory'),
  fault('versions say nothing of what they are made of', 'runtime/note-version.ts', 'dependencies: dependencies ?? []', 'dependencies: []', 'curifactory'),
  fault('a name does not make functions share', 'runtime/stores.ts', 'project.function(NAMED, options.name)', 'project.function(`${NAMED}/${compiled.descriptor.module}`, options.name)', 'curifactory'),
  fault('groups stand in one directory', 'runtime/key.ts', 'const groups = groupNames(plan.groups, values)', `const groups = plan.groups.length === 0 ? [] : [groupNames(plan.groups, values).join('_')]`, 'curifactory'),

  // Calls
  fault('a rejection is cached', 'runtime/compute.ts', '  const onError = (error: unknown): never => {', `  const onError = (error: unknown): never => {\n    void keep(context, undefined, { duration: 1, promised: true }, false)`, 'cachified', 'memoize-fs'),
  fault('an error is cached, for classes of the user\'s too', 'runtime/compute.ts', `  } catch (error) {\n    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })`, `  } catch (error) {\n    keep(context, undefined, { duration: 1, promised: false }, false)\n    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })`, 'joblib', 'curifactory'),
  fault('errors are wrapped', 'runtime/compute.ts', `    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })\n    throw error`, `    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })\n    throw new Error(String(error))`, 'joblib'),
  fault('a hit of what gives values gives a promise', 'runtime/give.ts', 'if (!entry.promise) return value', '', 'memoize-fs', 'joblib'),
  fault('all calls of a function share one computation', 'runtime/identify.ts', '${callKey.key}${mode', '${mode', 'cachified'),
  fault('calls of one tick compute each for itself', 'runtime/compute.ts', 'if (!options.singleFlight) return run', 'if (options) return run', 'memoize-fs'),
  fault('a rerun drops what there is first', 'runtime/call.ts', `    publishMiss(context, 'refresh')`, `    context.store.forget(context.callKey.key, context.callKey.groups)`, 'cachified'),
  fault('a rerun reads, async functions too', 'runtime/call.ts', `mode !== 'read-only' ? 'refresh' : mode`, `mode !== 'read-only' ? mode : mode`, 'cachified'),
  fault('refresh reads, in a whole run', 'runtime/call.ts', `  if (mode === 'refresh') {`, `  if (!mode) {`, 'curifactory'),
  fault('PERSIST_REFRESH is ignored, in stages', 'runtime/settle-options.ts', 'environment.refresh.length > 0 &&', 'environment.refresh.length > 99 &&', 'curifactory'),
  {
    ...fault('read-only writes, in a whole run', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, 'if (duration', 'curifactory'),
    also: { file: 'runtime/stores.ts', from: 'const isReading = !mayWrite(mode)', to: `const isReading = !mayWrite(mode) && mode !== 'read-only'` },
  },
  fault('what is forced is not kept', 'runtime/keep.ts', `if (mode !== 'read-only' && duration`, `if (mode !== 'read-only' && mode !== 'refresh' && duration`, 'persist-to-disk', 'cachified'),
  fault('require computes, for blocks and for one function', 'runtime/call.ts', `if (context.mode === 'require') return missed(context)`, '', 'permacache'),
  fault('off reads and writes, by the environment too', 'runtime/call.ts', `if (mode === 'off') return body(...values)`, '', 'persist-to-disk'),
  fault('a failing key ends the program', 'runtime/read-blobs.ts', `    onFailure(compiled, optionsIn(frame, compiled).onError, 'key', error)`, `    throw error`, 'checkpointing', 'memoize-fs'),
  fault('a store that can\'t be had ends the program', 'runtime/call.ts', `    onFailure(compiled, compiled.options ? optionsIn(frame, compiled).onError : 'warn', 'store', error)`, '    throw error', 'memoize-fs'),
  fault('onError: throw is not heeded where no store can be had', 'runtime/warn.ts', `if (onError === 'throw') throw`, `if (error === compiled) throw`, 'memoize-fs'),
  fault('what can\'t be decoded ends the program', 'runtime/look-up.ts', `  onFailure(context.compiled, context.options.onError, 'look', error)`, '  throw error', 'joblib', 'cachified'),
  fault('members are missing', 'runtime/persist.ts', 'return define(fn, makeHandle(compiled, fn))', 'return fn as Persisted<AnyFunction>', 'memoize-fs'),
  fault('members show', 'runtime/persist.ts', 'enumerable: false, configurable: true })', 'enumerable: true, configurable: true })', 'memoize-fs'),
  fault('a function does not know where its results are', 'runtime/handle.ts', 'fingerprint, directory: storeFor', `fingerprint, directory: '/nowhere' + storeFor`, 'memoize-fs', 'persist-to-disk'),
  fault('a function forgets all when one is to be forgotten, and none when all', 'runtime/handle.ts', '.clear()\n', `.forget('', [])\n`, 'memoize-fs', 'persist-to-disk', 'joblib'),
  fault('clear() clears the functions beside it', 'store/function-store.ts', 'for (const group of [...this.#state.directories()]) group.clear()', `for (const group of [...new FunctionState(this.#state.root, this.directory.slice(0, this.directory.lastIndexOf('/')), '', '').directories()]) group.clear()`, 'memoize-fs'),
  fault('forgetting what is not there is an error', 'runtime/operate.ts', 'if (store.get(callKey.key, callKey.groups) ?? searchElsewhere(context)) store.forget', `if (!(store.get(callKey.key, callKey.groups) ?? searchElsewhere(context))) throw new Error('nothing is there')\n  store.forget`, 'memoize-fs'),

  // Freshness
  fault('what has no age expires', 'runtime/freshness.ts', `if (maxAge === undefined) return 'fresh'`, `if (maxAge === undefined) return Date.now() - meta.created < 3_600_000 ? 'fresh' : 'expired'`, 'cachified'),
  fault('maxAge is ignored, over days', 'runtime/freshness.ts', `if (maxAge === undefined) return 'fresh'`, `if (maxAge === undefined || maxAge) return 'fresh'`, 'joblib'),
  fault('an age is too long by a millisecond', 'runtime/freshness.ts', `if (age <= maxAge) return 'fresh'`, `if (age <= maxAge + 1) return 'fresh'`, 'cachified', 'joblib'),
  fault('validate is not asked, by handles neither', 'runtime/look-up.ts', "validate ? blaming('`validate`', 'OPTION', () => validate({ value, meta: entry.meta }), 'validate(…)') : true", 'true', 'joblib'),
  fault('validate is taken the other way round', 'runtime/look-up.ts', `return holds ? found : miss(context, 'invalid')`, `return holds ? miss(context, 'invalid') : found`, 'joblib', 'cachified'),

  // Batches
  fault('a batch computes all elements, over calls too', 'runtime/batch.ts', 'if (one !== MISS) {', 'if (!one) {', 'cachified'),
  fault('a batch that fails gives nothing', 'runtime/batch.ts', `      landAll({ kind: 'again' })\n      throw error\n    },`, `      landAll({ kind: 'again' })\n      void error\n      return results\n    },`, 'cachified'),
  fault('elements of a batch are not shared by calls at the same time', 'runtime/batch.ts', 'if (options.singleFlight && carried) {', 'if (!options) {', 'cachified'),
  fault('a batch takes any number of results', 'runtime/batch.ts', 'if (!Array.isArray(result) || result.length !== missing.length) {', 'if (!Array.isArray(result)) {', 'cachified'),

  // Options
  fault('an age may be anything', 'config/schema.ts', 'accepts: (value) => isDuration(value) || (value instanceof Date', 'accepts: (value) => Boolean(value) || (value instanceof Date', 'memoize-fs'),
  fault('a name may be anything', 'config/schema.ts', `name: { level: 'function', ...text('a name of your own') }`, `name: { level: 'function', ...text('a name of your own'), accepts: () => true }`, 'memoize-fs'),
  fault('a mode may be anything', 'config/schema.ts', `mode: { level: 'shared', ...oneOf(MODES) }`, `mode: { level: 'shared', ...oneOf(MODES), accepts: () => true }`, 'memoize-fs'),
  fault('a codec may be anything', 'config/schema.ts', 'accepts: isCodecOption }', 'accepts: () => true }', 'memoize-fs'),
  fault('a callback may be anything', 'config/schema.ts', `accepts: (value) => typeof value === 'function' }`, `accepts: () => true }`, 'joblib'),
  fault('locks have other granularities', 'config/schema.ts', `const LOCK_GRANULARITIES = ['call', 'func', 'global']`, `const LOCK_GRANULARITIES = ['lock']`, 'persist-to-disk'),
  fault('anything can be persisted', 'runtime/persist.ts', `if (typeof fn !== 'function') throw`, `if (fn === undefined) throw`, 'memoize-fs'),
  fault('a mark on no function is overlooked', 'compiler/marks/functions.ts', `      diagnostics.error(mark.start, 'This @persist mark belongs to no function'`, `      if (!mark) diagnostics.error(mark, 'This @persist mark belongs to no function'`, 'memoize-fs'),
  fault('names of parameters are not checked, for groups neither', 'config/validate.ts', 'if (names.includes(root!)) return undefined', 'if (names) return undefined', 'persist-to-disk'),

  // Places
  fault('directories do not mirror the project', 'runtime/stores.ts', 'project.function(compiled.descriptor.module, compiled.descriptor.name)', 'project.function(compiled.descriptor.name, compiled.descriptor.module)', 'persist-to-disk'),
  fault('projectPath is ignored', 'compiler/files/project.ts', 'this.#options.projectPath === undefined ? base', 'this.#options.projectPath !== null ? base', 'persist-to-disk'),
  {
    ...fault('a project gets a new directory at each start', 'store/registry.ts', '    if (known !== undefined) return known\n    return this.#alone(() => {\n      const again = this.#known(path)\n      if (again !== undefined) return again\n      const line = this.#unlisted(path)\n      return line ? this.#register(line, path) : this.#assign(', '    if (known === path) return known\n    return this.#alone(() => {\n      return this.#assign(', 'persist-to-disk'),
    also: { file: 'store/registry.ts', from: 'return this.#byPath.get(path) ?? line.directory', to: 'return line.directory' },
  },
  fault('projects of one name share a directory', 'store/registry.ts', '      if (this.projects.has(directory)) continue', '      if (this.projects.has(directory)) return directory', 'persist-to-disk'),
  fault('projectId is ignored', 'store/registry.ts', `\${id ?? sha256(`, `\${id === '' ? '' : sha256(`, 'persist-to-disk'),
  fault('roots that are only read are made', 'store/reading.ts', 'if (!this.#state && isStore(this.root)) {', 'if (!this.#state) {', 'persist-to-disk'),
  fault('others can look into the store', 'store/fs.ts', 'export const DIRECTORY_MODE = 0o700', 'export const DIRECTORY_MODE = 0o755', 'memoize-fs'),
  fault('the store has no tag for backups', 'store/root.ts', 'ensureFile(`${wanted}/${TAG}`, TAG_TEXT)', '', 'joblib'),
  fault('a bucket without header can never be used again', 'store/bucket-file.ts', `this.#owner.damaged(this.path, 'it has no header of this format')\n        this.discard('foreign')\n        return false`, `throw new Error('no header')`, 'memoize-fs', 'permacache'),
  fault('an empty bucket can never be used again', 'store/bucket-file.ts', `if (size === 0) {\n        this.closeDescriptor()\n        return false`, `if (size === 0) {\n        throw new Error('empty')`, 'memoize-fs'),

  // Code
  fault('operators do not count', 'compiler/bindings/normalize.ts', 'this.#out += `${node.type} ${node.operator}(`', 'this.#out += `${node.type}(`', 'checkpointing'),
  fault('operators of one operand and kinds of declarations do not count', 'compiler/bindings/normalize.ts', 'for (const scalar of SCALARS[node.type] ?? [])', 'for (const scalar of [] as string[])', 'checkpointing'),
  fault('what modules above put into exported objects does not count', 'compiler/graph/states.ts', '?? this.#imported(file, name)', '', 'memoize-fs'),
  fault('of settings all members count', 'compiler/graph/states.ts', 'if (members && !isOfItself) {', 'if (members && !unit) {', 'memoize-fs'),
  fault('numbers do not count', 'compiler/bindings/normalize.ts', `this.#out += Object.is(value, -0) ? '-0' : String(value)`, `this.#out += 'number'`, 'checkpointing', 'joblib'),
  fault('names of members do not count', 'compiler/bindings/normalize.ts', `if (key !== undefined && !key.startsWith('#')) this.#out += quoted(key)`, `if (key !== undefined && !key.startsWith('#')) this.#out += 'member'`, 'checkpointing'),
  fault('where code stands counts', 'compiler/bindings/normalize.ts', '    switch (node.type) {\n      case \'Identifier\':', '    this.#out += String(node.start)\n    switch (node.type) {\n      case \'Identifier\':', 'memoize-fs', 'joblib'),
  {
    ...fault('the version of a package does not count', 'compiler/files/packages.ts', 'closure.add(`${manifest.name}@${manifest.version}', 'closure.add(`${manifest.name}', 'joblib'),
    also: { file: 'compiler/graph/graph.ts', from: 'package ${owner}@${version} ${digest}', to: 'package ${owner} ${digest}' },
  },
  fault('what a package depends on does not count', 'compiler/files/packages.ts', 'if (dependency) this.#collect', 'if (!directory) this.#collect', 'joblib'),
  fault('the content of JSON does not count', 'compiler/graph/modules.ts', 'const value: unknown = JSON.parse(text)', 'const value: unknown = Boolean(JSON.parse(text))', 'joblib'),
  fault('impurities are not told of', 'compiler/report/report.ts', 'for (const { what, file, start } of analysis.impure) {\n    if (acknowledged.has(what) ||', 'for (const { what, file, start } of analysis.impure) {\n    if (what ||', 'joblib'),
  fault('texts in code do not count', 'compiler/bindings/normalize.ts', 'this.#out += quoted(node.value)', `this.#out += 'text'`, 'joblib'),
  fault('a function declared in another place has no name of its own', 'runtime/persist.ts', 'length: { value: fn.length, configurable: true },\n  })\n  return wrapper', '  })\n  return wrapper', 'memoize-fs'),
  {
    ...fault('the key ignores the code, in one directory', 'runtime/key-plan.ts', 'const facts = [KEY_EPOCH, code,', `const facts = [KEY_EPOCH, byName ? code : '',`, 'memoize-fs'),
    also: { file: 'runtime/stores.ts', from: 'project.function(compiled.descriptor.module, compiled.descriptor.name)', to: `project.function(compiled.descriptor.module, 'all')` },
  },
  {
    ...fault('versions of all functions are one, in one directory', 'runtime/key-plan.ts', ':${options.name ?? `${descriptor.module}#${descriptor.name}`}`', '`', 'memoize-fs'),
    also: { file: 'runtime/stores.ts', from: 'project.function(compiled.descriptor.module, compiled.descriptor.name)', to: `project.function(compiled.descriptor.module, 'all')` },
  },

  // Processes
  fault('nothing reaches the disk, for other processes', 'runtime/keep.ts', 'if (!admitted) return { meta: entry.meta', 'if (entry) return { meta: entry.meta', 'processes'),
  fault('nobody takes a lease', 'runtime/compute.ts', `return mode === 'cache' && !isFast(context.compiled) ?`, `return mode === 'off' && !isFast(context.compiled) ?`, 'processes'),
  fault('appends overwrite each other', 'store/fs.ts', 'export const APPEND: number = O_RDWR | O_APPEND | O_NOFOLLOW', 'export const APPEND: number = O_RDWR | O_NOFOLLOW', 'processes'),
  fault('the dead go on computing', 'store/owner.ts', `if (!isAlive(owner)) return 'dead'`, `if (!isAlive(owner)) return 'unrelated'`, 'processes'),
  {
    ...fault('code moves down a line', 'compiler/emit/emit.ts', " return ${opening} {`", " return ${opening} {\\n`", 'processes'),
    also: { file: 'register/rewritten.ts', from: 'if (enabled) return', to: 'if (!enabled) return' },
  },
  fault('require computes, in another process', 'runtime/call.ts', `if (context.mode === 'require') return missed(context)`, '', 'processes'),
]
